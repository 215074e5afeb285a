"""Drop what nobody reads."""

from autograd_lite.compiler.draws import drawn
from autograd_lite.compiler.program import Instruction, Program


def dead(program: Program) -> Program:
    """The program without instructions and constants that lead to no result and no write.

    Draws stay: each moves its generator.
    """
    needed = set(program.leaving())
    body: list[Instruction] = []
    for instruction in reversed(program.body):
        if instruction.function is drawn or any(out in needed for out in instruction.outs):
            needed.update(instruction.reads())
            body.append(instruction)
    constants = {value: array for value, array in program.constants.items() if value in needed}
    if len(body) == len(program.body) and len(constants) == len(program.constants):
        return program
    body.reverse()
    return Program(program.inputs, constants, body, program.results, program.writes)
