/** The few methods of Python's numbers that templates use. */
import { type Builtin, positional } from "./builtin.ts";
import { toFloat } from "./numbers.ts";
import { PyFloat } from "./values.ts";

type Plain = number | boolean | bigint | PyFloat;

export const numberMethods: ReadonlyMap<string, Builtin<Plain>> = new Map<string, Builtin<Plain>>([
	["is_integer", positional<Plain>("is_integer", [], (n) => Number.isInteger(toFloat(n)))],
	[
		"bit_length",
		positional<Plain>("bit_length", [], (n) => {
			const magnitude = BigInt(n instanceof PyFloat ? Math.trunc(n.n) : Number(n));
			return magnitude === 0n ? 0 : (magnitude < 0n ? -magnitude : magnitude).toString(2).length;
		}),
	],
]);
