"""python -m batchinvoice.emulator"""

from batchinvoice.emulator.command import emulator

emulator(prog_name="python -m batchinvoice.emulator")
