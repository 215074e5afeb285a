"""Trees of arrays saved and loaded: round trips, whole files, clear errors, no pickle."""

import io
import json
import math
import os
import pickle
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_lite import nn, storage
from autograd_lite.core.state import State
from autograd_lite.core.tensor import Tensor
from autograd_lite.errors import MissingPackageError, StorageError

SUFFIXES = ("npz", "safetensors")
each_format = pytest.mark.parametrize("suffix", SUFFIXES)
# One folder serves all examples of a property: each example writes the same file anew.
one_folder = settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ]
)

dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)
layouts = st.sampled_from(
    [
        lambda a: a,
        lambda a: a.T,
        lambda a: a[::-1] if a.ndim else a,
        lambda a: a[..., ::2] if a.ndim else a,
        lambda a: np.broadcast_to(a, (2, *a.shape)),
        np.asfortranarray,
    ]
)
arrays = st.builds(
    lambda array, layout: layout(array),
    hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)),
    layouts,
)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
names = st.text(st.characters(exclude_categories=("Cs", "C", "Z")), min_size=1, max_size=6)
keys = names.filter(lambda name: not name.startswith("__") and "." not in name)
trees = st.dictionaries(
    keys,
    st.recursive(
        arrays | plain,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.tuples(inner, inner)
            | st.dictionaries(keys, inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=4,
)


def assert_same(loaded: Any, saved: Any) -> None:
    """Nothing differs but that tuples are lists, and numbers are in the machine's byte order."""
    if isinstance(saved, dict):
        assert isinstance(loaded, dict)
        assert list(loaded) == list(saved)
        for key, child in saved.items():
            assert_same(loaded[key], child)
    elif isinstance(saved, list | tuple):
        assert isinstance(loaded, list)
        assert len(loaded) == len(saved)
        for found, child in zip(loaded, saved, strict=True):
            assert_same(found, child)
    elif isinstance(saved, np.ndarray):
        assert loaded.dtype == saved.dtype.newbyteorder("=")
        assert loaded.dtype.isnative
        np.testing.assert_array_equal(loaded, saved, strict=saved.dtype.isnative)
        assert loaded.shape == saved.shape
    else:
        assert type(loaded) is type(saved)
        assert loaded == saved or (math.isnan(saved) and math.isnan(loaded))


@each_format
@one_folder
@given(value=trees)
def test_what_is_saved_is_loaded(tmp_path: Path, suffix: str, value: dict[str, Any]) -> None:
    file = tmp_path / f"tree.{suffix}"
    storage.save(file, value)
    assert_same(storage.load(file), value)
    assert os.listdir(tmp_path) == [file.name]


@each_format
def test_tensors_are_saved_by_value_and_scalars_as_arrays(tmp_path: Path, suffix: str) -> None:
    weight = Tensor(np.arange(6.0, dtype=np.float32).reshape(2, 3))
    file = tmp_path / f"w.{suffix}"
    storage.save(file, {"layers": [{"weight": weight, "tied": weight}], "x": np.float64(0.1)})
    assert_same(
        storage.load(file),
        {"layers": [{"weight": weight.numpy(), "tied": weight.numpy()}], "x": np.array(0.1)},
    )


@each_format
def test_tied_weights_are_saved_once_and_loaded_as_one(tmp_path: Path, suffix: str) -> None:
    array, weight = np.arange(1000.0), Tensor(np.arange(500.0))
    file = tmp_path / f"w.{suffix}"
    storage.save(file, {"a": array, "b": [array, weight], "c": {"d": weight}, "e": array.copy()})
    assert file.stat().st_size < 2500 * 8 + 2000
    loaded = storage.load(file)
    assert loaded["a"] is loaded["b"][0]
    assert loaded["b"][1] is loaded["c"]["d"]
    assert loaded["e"] is not loaded["a"]
    np.testing.assert_array_equal(loaded["e"], array)


@each_format
def test_a_module_with_tied_weights_and_counters_comes_back(tmp_path: Path, suffix: str) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.embedding = nn.Embedding(7, 3)
            self.norm = nn.BatchNorm1d(3)
            self.out = nn.Linear(3, 7)
            self.out.weight = self.embedding.weight

        def forward(self, indices: Any) -> Any:
            return self.out(self.norm(self.embedding(indices)))

    net, other = Net(), Net()
    for _ in range(3):
        net(np.arange(5))
    file = tmp_path / f"net.{suffix}"
    storage.save(file, net.state_dict())
    loaded = storage.load(file)
    assert loaded["out.weight"] is loaded["embedding.weight"]
    counter = loaded["norm.num_batches_tracked"]
    assert (counter.dtype, counter.shape, int(counter)) == (np.int64, (), 3)
    other.load_state_dict(loaded)
    for module in (net, other):
        module.eval()
    np.testing.assert_array_equal(other(np.arange(7)).value, net(np.arange(7)).value)
    assert_same(other.state_dict(), net.state_dict())


class Rate(NamedTuple):
    start: float
    values: Any


@dataclass
class Settings:
    sizes: tuple[int, ...]
    rate: Rate


@each_format
def test_named_tuples_dataclasses_and_modules_come_back_as_dicts(
    tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"t.{suffix}"
    layer = nn.Linear(2, 1, bias=False)
    value = {"settings": Settings((2, 1), Rate(0.1, np.ones(2))), "layer": layer, "n": State(3)}
    storage.save(file, value)
    expected = {
        "settings": {"sizes": [2, 1], "rate": {"start": 0.1, "values": np.ones(2)}},
        "layer": {"weight": layer.weight.numpy(), "bias": None},
        "n": np.array(3),
    }
    assert_same(storage.load(file), expected)


@each_format
@pytest.mark.parametrize("value", [[], {}, None, 3, "text", [np.ones(2), 1, [None]], ({}, [[]])])
def test_a_tree_need_not_be_a_dict(tmp_path: Path, suffix: str, value: Any) -> None:
    file = tmp_path / f"t.{suffix}"
    storage.save(file, value)
    assert_same(storage.load(file), value)


@each_format
def test_numbers_of_any_size_and_floats_of_any_kind_are_exact(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"t.{suffix}"
    state = np.random.default_rng(1).bit_generator.state  # it holds integers of 128 bits
    value = {"state": state, "odd": [0.1, 5e-324, -0.0, math.inf, -math.inf, math.nan, 2**200]}
    storage.save(file, value)
    loaded = storage.load(file)
    assert_same(loaded, value)
    assert math.copysign(1, loaded["odd"][2]) == -1


@each_format
def test_loaded_arrays_belong_to_the_caller(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"w.{suffix}"
    storage.save(file, {"w": np.zeros(3)})
    first = storage.load(file)["w"]
    first += 1
    assert storage.load(file)["w"].tolist() == [0, 0, 0]


@each_format
@pytest.mark.parametrize("name", ["file", "allow_pickle", "w.npy", "a/b", "__metadata__.x", "ü π"])
def test_names_are_only_names(tmp_path: Path, suffix: str, name: str) -> None:
    value = {name: np.ones(2), "w": np.zeros(1)}
    file = tmp_path / f"w.{suffix}"
    storage.save(file, value)
    assert_same(storage.load(file), value)


@each_format
def test_equal_trees_make_equal_files(tmp_path: Path, suffix: str) -> None:
    contents = []
    for name in ("a", "b"):
        file = tmp_path / f"{name}.{suffix}"
        storage.save(file, {"w": np.arange(3.0), "epochs": 3})
        contents.append(file.read_bytes())
    assert contents[0] == contents[1]


@each_format
def test_complex64_is_saved_or_refused_by_name(tmp_path: Path, suffix: str) -> None:
    file, value = tmp_path / f"z.{suffix}", {"z": np.array([[1 + 2j, -0j]], np.complex64)}
    try:
        storage.save(file, value)
    except StorageError as error:  # of safetensors before 0.7
        assert "dtype complex64 is not covered" in str(error)
        assert suffix == "safetensors"
    else:
        assert_same(storage.load(file), value)


def test_complex128_goes_to_npz_and_is_refused_by_safetensors(tmp_path: Path) -> None:
    value = {"z": np.array([1 + 2j])}
    storage.save(tmp_path / "z.npz", value)
    assert_same(storage.load(tmp_path / "z.npz"), value)
    with pytest.raises(StorageError) as caught:
        storage.save(tmp_path / "z.safetensors", value)
    assert str(caught.value) == (
        f"cannot save {tmp_path / 'z.safetensors'}: 'z' is of complex128, which .safetensors does "
        "not have; save to .npz"
    )


def test_files_of_other_programs_are_read(tmp_path: Path) -> None:
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    value = {"w": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], np.int8)}
    np.savez_compressed(tmp_path / "a.npz", w=value["w"], b=value["b"])
    safetensors_numpy.save_file(value, tmp_path / "a.safetensors", {"format": "pt"})
    for suffix in SUFFIXES:
        loaded = storage.load(tmp_path / f"a.{suffix}")
        assert_same({name: loaded.pop(name) for name in value}, value)
        assert not loaded


def test_other_programs_read_our_files(tmp_path: Path) -> None:
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    value = {"w": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], np.int8)}
    for suffix in SUFFIXES:
        storage.save(tmp_path / f"a.{suffix}", {**value, "epochs": 3})
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        listed = json.loads(archive["__metadata__"].tobytes())
        marks = {"w": {"__array__": "w"}, "b": {"__array__": "b"}}
        assert listed == {**marks, "epochs": 3}
        assert_same({name: archive[name] for name in value}, value)
    loaded = safetensors_numpy.load_file(tmp_path / "a.safetensors")
    assert_same({name: loaded.pop(name) for name in value}, value)
    assert not loaded


def safetensors_file(kind: str, shape: list[int], content: bytes) -> bytes:
    """The bytes of a file of one array, "w", as the format says."""
    header = json.dumps({"w": {"dtype": kind, "shape": shape, "data_offsets": [0, len(content)]}})
    return len(header).to_bytes(8, "little") + header.encode() + content


def test_bfloat16_is_widened_and_eight_bits_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    upper = bytes.fromhex("0000 803f 00c0 c07f 4940")  # 0, 1, -2, nan, and about pi
    file.write_bytes(safetensors_file("BF16", [5, 1], upper))
    expected = np.array([[0], [1], [-2], [np.nan], [3.140625]], np.float32)
    np.testing.assert_array_equal(storage.load(file)["w"], expected, strict=True)
    file.write_bytes(safetensors_file("F8_E4M3", [1], b"8"))
    with pytest.raises(StorageError, match=r"\('w' is of F8_E4M3, which NumPy does not have\)$"):
        storage.load(file)


def test_a_state_dictionary_saved_by_pytorch_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    saving = pytest.importorskip("safetensors.torch")
    file = tmp_path / "w.safetensors"
    for dtype in (torch.float32, torch.bfloat16):
        theirs = torch.nn.Linear(3, 2).to(dtype)
        saving.save_file(theirs.state_dict(), file)
        layer = nn.Linear(3, 2)
        layer.load_state_dict(storage.load(file))
        found, expected = layer.weight.numpy(), theirs.weight.detach().float().numpy()
        np.testing.assert_array_equal(found, expected)


# --- one clear sentence -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"), [("w.pt", "'.pt'"), ("w", "none"), (".npz", "none"), ("w.npz.gz", "'.gz'")]
)
def test_other_suffixes_are_refused(tmp_path: Path, name: str, found: str) -> None:
    for attempt in (lambda file: storage.save(file, {}), storage.load):
        with pytest.raises(StorageError) as caught:
            attempt(tmp_path / name)
        assert str(caught.value) == (
            f"{tmp_path / name}: the suffix tells the format and must be .safetensors or .npz; "
            f"found {found}"
        )
    assert os.listdir(tmp_path) == []


def nested(depth: int) -> list[Any]:
    tree: list[Any] = []
    for _ in range(depth):
        tree = [tree]
    return tree


def within_itself() -> list[Any]:
    tree: list[Any] = []
    tree.append(tree)
    return tree


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"a": [np.array(["x"])]},
            "'a.0' is a ndarray of <U1; a leaf must be an array of numbers or booleans, "
            "a str, int, float, bool or None",
        ),
        ({"a": np.array([None])}, "'a' is a ndarray of object; a leaf must be"),
        ({"a": {1, 2}}, "'a' is a set; a leaf must be"),
        ({"a": 1j}, "'a' is a complex; a leaf must be"),
        ({"a": np.array([0], "M8[s]")}, "'a' is a ndarray of datetime64[s]; a leaf must be"),
        (np.zeros(2), "an array without a name cannot be stored; pass a tree such as"),
        ({"__metadata__": np.zeros(2)}, "the name '__metadata__' cannot be stored"),
        ({"a\n": np.zeros(2)}, r"the name 'a\n' cannot be stored"),
        ({"a\ud800": np.zeros(2)}, r"the name 'a\ud800' cannot be stored"),
        ({"a.b": np.ones(1), "a": {"b": np.ones(2)}}, "two arrays have the path 'a.b'"),
        (
            {"a": {3: 1}},
            "the key 3 of the dict at 'a' cannot be stored; keys must be text, and not __array__",
        ),
        ({"__array__": "a"}, "the key '__array__' of the tree cannot be stored; keys must be"),
        ({"a": 10**5000}, "Exceeds the limit"),
        (within_itself(), "a tree cannot contain itself"),
        (nested(5000), "the tree is nested too deeply"),
    ],
)
@each_format
def test_what_cannot_be_saved_is_named(
    tmp_path: Path, suffix: str, value: Any, message: str
) -> None:
    file = tmp_path / f"w.{suffix}"
    with pytest.raises(StorageError) as caught:
        storage.save(file, value)
    assert str(caught.value).startswith(f"cannot save {file}: {message}")
    assert os.listdir(tmp_path) == []


@each_format
def test_missing_files_and_folders_are_named(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"w.{suffix}"
    with pytest.raises(StorageError, match=r"cannot load .*: No such file or directory$"):
        storage.load(file)
    nowhere = tmp_path / "nowhere" / file.name
    with pytest.raises(StorageError) as caught:
        storage.save(nowhere, {})
    assert str(caught.value) == f"cannot save {nowhere}: there is no folder {nowhere.parent}"
    file.mkdir()
    with pytest.raises(StorageError, match=r"cannot load .*: Is a directory$"):
        storage.load(file)
    with pytest.raises(StorageError, match=r"cannot save .*: Is a directory$"):
        storage.save(file, {})
    assert os.listdir(tmp_path) == [file.name]


def test_without_safetensors_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "w.safetensors"
    storage.save(file, {"w": np.zeros(2)})
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    for attempt in (lambda: storage.save(file, {}), lambda: storage.load(file)):
        with pytest.raises(MissingPackageError) as caught:
            attempt()
        assert str(caught.value) == (
            "a .safetensors file needs the safetensors package: "
            'pip install "autograd_lite[app]", or use .npz, which needs nothing'
        )


# --- files that are not whole -------------------------------------------------------------------


WHOLE = {"w": np.arange(6.0), "b": np.array([1, 2], ">i2"), "name": "net"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    contents = {}
    for suffix in SUFFIXES:
        file = folder / f"w.{suffix}"
        storage.save(file, WHOLE)
        contents[suffix] = file.read_bytes()
    return contents


def assert_refused_or_unchanged(file: Path, content: bytes) -> None:
    """What a file of WHOLE became is either found out, in one line, or reads as it was."""
    file.write_bytes(content)
    try:
        loaded = storage.load(file)
    except StorageError as error:
        assert str(error).startswith(f"cannot load {file}: it is not a whole {file.suffix} file")
        assert "\n" not in str(error)
    else:
        assert_same(loaded, WHOLE)


@each_format
@one_folder
@given(data=st.data())
def test_changed_bytes_are_found_out(
    tmp_path: Path, suffix: str, whole: dict[str, bytes], data: st.DataObject
) -> None:
    content = bytearray(whole[suffix])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    assert_refused_or_unchanged(tmp_path / f"w.{suffix}", bytes(content))


@each_format
def test_every_changed_byte_is_found_out(
    tmp_path: Path, suffix: str, whole: dict[str, bytes]
) -> None:
    file, original = tmp_path / f"w.{suffix}", whole[suffix]
    for place in range(len(original)):
        for change in (0x01, 0x80):
            content = bytearray(original)
            content[place] ^= change
            assert_refused_or_unchanged(file, bytes(content))


@each_format
def test_a_file_cut_off_at_any_length_is_found_out(
    tmp_path: Path, suffix: str, whole: dict[str, bytes]
) -> None:
    file = tmp_path / f"w.{suffix}"
    for length in range(len(whole[suffix])):
        file.write_bytes(whole[suffix][:length])
        with pytest.raises(StorageError, match="it is not a whole") as caught:
            storage.load(file)
        assert "\n" not in str(caught.value)


@each_format
@one_folder
@given(content=st.binary(max_size=200))
def test_foreign_bytes_are_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    file = tmp_path / f"w.{suffix}"
    file.write_bytes(content)
    with pytest.raises(StorageError, match="it is not a whole"):
        storage.load(file)


def test_a_changed_checksum_is_found_out(tmp_path: Path, whole: dict[str, bytes]) -> None:
    file = tmp_path / "w.safetensors"
    start = whole["safetensors"].index(b'"autograd_lite ') + 15
    content = bytearray(whole["safetensors"])
    content[start] = ord("0") if content[start] != ord("0") else ord("1")
    file.write_bytes(content)
    with pytest.raises(StorageError, match=r"\(its checksum does not fit its content\)$"):
        storage.load(file)


def test_an_entry_hidden_by_a_changed_directory_is_missed(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    file = tmp_path / "w.npz"
    content = bytearray(whole["npz"])
    last = content.rindex(b"PK\x01\x02")
    second_to_last = content.rindex(b"PK\x01\x02", 0, last)
    content[second_to_last + 33] = 1  # its comment is now 256 bytes long and covers the last entry
    file.write_bytes(content)
    with pytest.raises(StorageError, match=r"its tree does not fit its arrays at 'b'\)$"):
        storage.load(file)


def entry(content: bytes) -> dict[str, bytes]:
    return {"w.npy": content}


def npy(array: np.ndarray[Any, Any], allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


def described(text: bytes) -> dict[str, bytes]:
    return {"__metadata__.npy": npy(np.frombuffer(text, np.uint8))}


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was executed",))


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (entry(npy(np.array([Bomb()], object), allow_pickle=True)), "Object arrays cannot be"),
        (entry(pickle.dumps(Bomb())), "the magic string is not correct"),
        (entry(b"a,b\n1,2\n"), "the magic string is not correct"),
        (entry(npy(np.zeros(4))[:-1]), ""),
        (entry(npy(np.zeros(4)).replace(b"(4,), }" + 15 * b" ", b"(4000000000000000,), }")), ""),
        (entry(npy(np.zeros(4)).replace(b"<f8", b"<,8")), ""),
        (entry(npy(np.zeros(4)).replace(b"False", b"Fals]")), ""),
        (described(b"{"), "its tree is not JSON: "),
        (described(b"[" * 10**5), "its tree is not JSON: "),
        (described(b'{"__array__": 1}'), "its tree has an __array__ that is none)"),
        (described(b'{"__array__": "a", "b": 1}'), "its tree has an __array__ that is none)"),
        (described(b'{"__array__": "a"}'), "its tree does not fit its arrays at 'a')"),
        (described(b"{}") | entry(npy(np.ones(1))), "its tree does not fit its arrays at 'w')"),
        (described(b'{"w": 1}') | entry(npy(np.ones(1))), "its tree does not fit its arrays at"),
        (described(b"\xff"), "'utf-8' codec can't decode"),
    ],
)
def test_crafted_archives_are_refused(
    tmp_path: Path, entries: dict[str, bytes], reason: str
) -> None:
    file = tmp_path / "w.npz"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(StorageError) as caught:
        storage.load(file)
    assert str(caught.value).startswith(
        f"cannot load {file}: it is not a whole .npz file of arrays ({reason}"
    )


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("w.npy", npy(np.zeros(1)))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("w.npy", npy(np.ones(1)))
    with pytest.raises(StorageError, match=r"\(two entries have one name\)$"):
        storage.load(file)


# --- all or nothing -----------------------------------------------------------------------------


@each_format
@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    step: str,
    failure: BaseException,
) -> None:
    file = tmp_path / f"w.{suffix}"
    storage.save(file, {"w": np.zeros(2)})

    def fail(*args: Any) -> None:
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((StorageError, KeyboardInterrupt)) as caught:
        storage.save(file, {"w": np.ones(2)})
    if isinstance(failure, OSError):
        assert str(caught.value) == f"cannot save {file}: No space left on device"
    assert os.listdir(tmp_path) == [file.name]
    assert storage.load(file)["w"].tolist() == [0, 0]


DYING = """
import io, os, sys
import numpy as np
from autograd_lite import storage

moment, file = sys.argv[1:]
die = lambda *args, **kwargs: os._exit(9)
if moment == "while writing":
    class Dying(io.FileIO):
        def write(self, content):
            super().write(content[: len(content) // 2])
            os._exit(9)
    storage.replacing.Path.open = lambda path, mode: Dying(path, mode.replace("b", ""))
elif moment == "before the content is on disk":
    os.fsync = die
elif moment == "before the new name":
    os.replace = die
else:
    storage.replacing.Path.unlink = die
storage.save(file, {"w": np.ones(1000)})
"""


@each_format
@pytest.mark.parametrize(
    ("moment", "entry"),
    [
        ("while writing", 0),
        ("before the content is on disk", 0),
        ("before the new name", 0),
        ("after the new name", 1),
    ],
)
def test_a_crash_leaves_the_old_file_or_the_new_one_whole(
    tmp_path: Path, suffix: str, moment: str, entry: int
) -> None:
    file = tmp_path / f"w.{suffix}"
    storage.save(file, {"w": np.zeros(1000)})
    done = subprocess.run([sys.executable, "-c", DYING, moment, str(file)], check=False)
    assert done.returncode == 9
    np.testing.assert_array_equal(storage.load(file)["w"], np.full(1000, entry))
    storage.save(file, {"w": np.full(3, 2.0)})  # what the crash left behind is in nobody's way
    assert storage.load(file)["w"].tolist() == [2, 2, 2]


def test_the_content_is_on_disk_before_the_old_file_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle: int) -> None:
        calls.append("fsync")
        fsync(handle)

    def noted_replace(source: Path, target: Path) -> None:
        calls.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    storage.save(tmp_path / "w.npz", {"w": np.zeros(2)})
    assert calls == ["fsync", "replace"]


def test_a_link_stays_a_link_and_modes_are_those_of_any_new_file(tmp_path: Path) -> None:
    real, link, other = tmp_path / "real.npz", tmp_path / "latest.npz", tmp_path / "other"
    link.symlink_to(real)
    storage.save(link, {"w": np.ones(1)})
    assert link.is_symlink()
    assert storage.load(real)["w"].tolist() == [1]
    other.write_bytes(b"")
    assert real.stat().st_mode == other.stat().st_mode
