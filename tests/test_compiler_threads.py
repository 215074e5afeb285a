"""Threads, forks and interrupts: a compiled function goes on, and its numbers are right."""

import _thread
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

RNG = np.random.default_rng(0)
POINTS, TARGETS = RNG.normal(size=(16, 4)), RNG.normal(size=(16, 3))


def programs(compiled: Any) -> int:
    return sum(map(len, compiled.runners.values()))


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """The results of some jobs, begun at the same moment with a processor that switches often."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait()
        return job()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(jobs)) as pool:
            return [future.result() for future in [pool.submit(run, job) for job in jobs]]
    finally:
        sys.setswitchinterval(interval)


def training() -> tuple[Any, Any, Callable[..., Any]]:
    net = ag.nn.MLP([4, 70, 3], activation="tanh", dtype=np.float64, rng=np.random.default_rng(0))
    optimizer = ag.optim.Adam(net.parameters(), lr=0.01)

    def step(x: Any, y: Any) -> Any:
        loss = ag.mse(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return net, optimizer, step


def test_one_pure_function_in_four_threads() -> None:
    def function(x: Any) -> Any:
        return np.exp(np.tanh(x) @ np.tanh(x).T), np.cumsum(x, axis=0) * 2

    compiled = ag.compile(function)
    inputs = [np.full((30, 30), 0.01 * k) + np.eye(30) for k in range(1, 5)]
    expected = [function(x) for x in inputs]

    def job(k: int) -> None:
        for _ in range(100):
            for one, other in zip(compiled(inputs[k]), expected[k], strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-12)

    together(*[lambda k=k: job(k) for k in range(4)])
    assert programs(compiled) == 1


def test_the_first_call_in_four_threads() -> None:
    recorded = []

    def function(x: Any) -> Any:
        recorded.append(1)
        time.sleep(0.01)
        return np.tanh(x) * 2

    compiled = ag.compile(function)
    x = np.arange(5.0)
    for found in together(*[lambda: compiled(x)] * 4):
        np.testing.assert_array_equal(found, np.tanh(x) * 2)
    assert len(recorded) == 1


def test_recording_in_one_thread_while_another_computes_eagerly() -> None:
    w = ag.Tensor(np.arange(1.0, 4.0))
    x = np.ones(3)

    def slow(x: Any) -> Any:
        for _ in range(20):
            time.sleep(0.001)
            w.grad = None
            np.sum(w * x).backward()
            w.assign(w.value * 2)
        return w.value

    def eager() -> None:
        for _ in range(300):
            other = ag.Tensor([1.0, 2.0])
            np.sum(other * other).backward()
            np.testing.assert_array_equal(other.grad, [2, 4])
            assert type(w.value) is np.ndarray

    compiled = ag.compile(slow)
    together(lambda: compiled(x), eager)
    np.testing.assert_array_equal(w.value, np.arange(1.0, 4.0) * 2.0**20)


def test_one_training_step_in_three_threads() -> None:
    net, optimizer, step = training()
    compiled = ag.compile(step)
    together(*[lambda: [compiled(POINTS, TARGETS) for _ in range(30)]] * 3)
    fresh, _, eager = training()
    for _ in range(90):
        eager(POINTS, TARGETS)
    assert optimizer.steps.item() == 90
    for one, right in zip(net.parameters(), fresh.parameters(), strict=True):
        np.testing.assert_allclose(one.value, right.value, rtol=1e-9, atol=1e-12)


def test_evaluation_beside_training_sees_one_moment() -> None:
    """Every parameter is always the same number in each entry; a torn read would show another."""
    parts = [ag.Tensor(np.ones(5000)) for _ in range(4)]
    optimizer = ag.optim.SGD(parts, lr=0.125)

    def train() -> None:
        optimizer.zero_grad()
        sum(np.sum(part) for part in parts).backward()
        optimizer.step()

    def spread() -> Any:
        every = np.concatenate([part.value for part in parts])
        return np.max(every) - np.min(every)

    step, look = ag.compile(train), ag.compile(spread)
    look()
    step()
    done = []

    def training_job() -> None:
        for _ in range(300):
            step()
        done.append(1)

    def looking() -> int:
        count = 0
        while not done:
            assert look() == 0
            count += 1
        return count

    assert together(training_job, looking)[1] > 0
    np.testing.assert_array_equal(parts[0].value, np.full(5000, 1 - 301 * 0.125))


def test_two_training_programs_over_one_model() -> None:
    w = ag.Tensor(np.zeros(200))
    up, down = ag.optim.SGD([w], lr=1.0), ag.optim.SGD([w], lr=1.0)

    def moved(optimizer: Any, direction: float) -> Callable[[], None]:
        def step() -> None:
            optimizer.zero_grad()
            (direction * np.sum(w)).backward()
            optimizer.step()

        return ag.compile(step)

    first, second = moved(up, 1.0), moved(down, -2.0)
    together(lambda: [first() for _ in range(200)], lambda: [second() for _ in range(200)])
    assert len(set(w.value)) == 1


# Forks


def in_child(job: Callable[[], bool]) -> bool:
    """Whether a job in a forked process ends within ten seconds, and is true."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if job() else 2
        finally:
            os._exit(code)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status == 0
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
quietly = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@forks
@quietly
def test_a_child_goes_on_training_and_the_parent_does_not_notice() -> None:
    net, _, step = training()
    compiled = ag.compile(step)
    first = compiled(POINTS, TARGETS).item()
    before = net.state_dict()

    def child() -> bool:
        losses = [compiled(POINTS, TARGETS).item() for _ in range(3)]
        shorter = compiled(POINTS[:4], TARGETS[:4]).item()
        return first > losses[0] > losses[1] > losses[2] and np.isfinite(shorter)

    assert in_child(child)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert compiled(POINTS, TARGETS).item() < first


@forks
@quietly
def test_a_fork_while_another_thread_records_and_one_trains() -> None:
    _, _, step = training()
    compiled = ag.compile(step)
    compiled(POINTS, TARGETS)
    recording, finish = threading.Event(), threading.Event()

    @ag.compile
    def slow(x: Any) -> Any:
        recording.set()
        finish.wait(20)
        return x * 2

    def train() -> None:
        while not finish.is_set():
            compiled(POINTS, TARGETS)

    threads = [threading.Thread(target=slow, args=(np.ones(3),)), threading.Thread(target=train)]
    for thread in threads:
        thread.start()
    recording.wait(20)
    finish_in_child = finish.set

    def child() -> bool:
        finish_in_child()
        fine = np.isfinite(compiled(POINTS, TARGETS).item())
        return bool(fine and np.array_equal(slow(np.ones(3)), 2 * np.ones(3)))

    try:
        assert all(in_child(child) for _ in range(3))
    finally:
        finish.set()
        for thread in threads:
            thread.join()


def child_loss(compiled: Any) -> float:
    return float(compiled(POINTS, TARGETS).item())


@forks
@quietly
def test_a_pool_of_forked_workers() -> None:
    _, _, step = training()
    compiled = ag.compile(step)
    first = compiled(POINTS, TARGETS).item()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=lambda: sender.send(child_loss(compiled)))
    worker.start()
    assert receiver.poll(10)
    assert receiver.recv() < first
    worker.join(10)
    assert child_loss(compiled) < first


# Interrupts


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="no signals")
def test_an_interrupt_in_the_middle_of_a_call() -> None:
    rng = np.random.default_rng(0)
    w = ag.Tensor(rng.normal(size=(200, 200)) * 0.05)
    optimizer = ag.optim.SGD([w], lr=1e-3)
    x = rng.normal(size=(200, 200))

    def step(x: Any) -> Any:
        h = x
        for _ in range(20):
            h = np.tanh(h @ w)
        loss = np.mean(h * h)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    compiled = ag.compile(step)
    compiled(x)
    interrupted = 0
    for delay in np.linspace(1e-4, 2e-2, 25):
        timer = threading.Timer(delay, _thread.interrupt_main)
        try:
            timer.start()  # which may itself be interrupted, by the shortest delays
            for _ in range(10):
                compiled(x)
            timer.join()
            time.sleep(0.01)
        except KeyboardInterrupt:
            interrupted += 1
        timer.join()
    assert interrupted == 25
    before = ag.Tensor(w.numpy())
    found = compiled(x).item()
    h: Any = x
    for _ in range(20):
        h = np.tanh(h @ before)
    loss = np.mean(h * h)
    loss.backward()
    np.testing.assert_allclose(found, loss.item(), rtol=1e-10)
    np.testing.assert_allclose(w.value, before.value - 1e-3 * before.grad, rtol=1e-10, atol=1e-12)


def test_an_error_while_a_call_runs() -> None:
    """An error of NumPy's own, in the middle of a program, such as one for lack of memory."""
    w = ag.Tensor(np.eye(3))
    compiled = ag.compile(lambda x: np.linalg.inv(w.value * x[0]) + x)
    x = np.ones(3)
    expected = np.eye(3) + x
    for _ in range(3):
        np.testing.assert_array_equal(compiled(x), expected)
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            compiled(0 * x)
