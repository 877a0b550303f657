import { describedColumn, type ProjectFacts, relationTypeOf, storedRelation } from "../context/context.ts";
import type { MacroArgument, MacroCall } from "../core/compiler.ts";
import type { ExecutableNode } from "../core/node.ts";
import { type Arguments, fromPlain, PyDict, type Value } from "../jinja/jinja.ts";

function argumentValue(facts: ProjectFacts, node: ExecutableNode | null, argument: MacroArgument): Value {
	switch (argument.kind) {
		case "value":
			return fromPlain(argument.value);
		case "columns":
			return argument.columns.map(({ name, type }) => describedColumn(facts.dialect, name, type));
		case "dict":
			return PyDict.fromEntries(
				Object.entries(argument.entries).map(([key, value]) => [key, argumentValue(facts, node, value)]),
			);
		case "relation":
			return storedRelation(facts, argument.relation, relationTypeOf(argument.type, facts.dialect));
	}
}

/** The arguments of a plan's macro call as template values; relations take the node's quoting. */
export function macroArguments(facts: ProjectFacts, node: ExecutableNode | null, call: MacroCall): Arguments {
	const value = (argument: MacroArgument) => argumentValue(facts, node, argument);
	return {
		positional: call.positional.map(value),
		keyword: new Map(Object.entries(call.keyword).map(([name, argument]) => [name, value(argument)])),
	};
}
