"""An import contract of our own: no module imports itself by way of others.

Import-linter's built-in one looks at packages as a whole, and so forbids two packages whose
modules use each other without any module going in circles.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from grimp import ImportGraph
from importlinter import Contract, ContractCheck
from importlinter.application import output


class NoModuleCycles(Contract):
    """Kept when the modules can be put in an order in which each imports only earlier ones."""

    type_name = "no_module_cycles"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look for one cycle; mending it shows the next."""
        imports = {
            module: graph.find_modules_directly_imported_by(module) for module in graph.modules
        }
        try:
            TopologicalSorter(imports).prepare()
        except CycleError as error:
            return ContractCheck(kept=False, metadata={"cycle": list(reversed(error.args[1]))})
        return ContractCheck(kept=True)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the cycle, each module importing the next."""
        output.print_error(" -> ".join(check.metadata["cycle"]))
        output.new_line()
