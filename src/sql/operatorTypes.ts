import { baseType, commonType, isNumber, isText } from "./types.ts";

const LOGICAL = new Set(
	(
		"And Or Xor Eq NotEq Gt Lt GtEq LtEq Spaceship PGRegexMatch PGRegexIMatch PGRegexNotMatch PGRegexNotIMatch " +
		"PGLikeMatch PGILikeMatch PGNotLikeMatch PGNotILikeMatch PGStartsWith AtArrow ArrowAt AtAt Question QuestionAnd " +
		"QuestionPipe PGOverlap AtQuestion Overlaps"
	).split(" "),
);

/** What a binary operator gives. */
export function operatorType(op: string, left: string | undefined, right: string | undefined): string | undefined {
	if (LOGICAL.has(op)) return "boolean";
	if (op === "LongArrow" || op === "HashLongArrow") return "text";
	if (op === "Arrow" || op === "HashArrow" || op === "HashMinus") return baseType(left) === "json" ? "json" : "jsonb";
	if (op === "StringConcat") {
		if (baseType(left) === "jsonb" || left?.endsWith("[]")) return left;
		return right?.endsWith("[]") ? right : "text";
	}
	const [a, b] = [baseType(left), baseType(right)];
	if (op === "Plus" || op === "Minus") return sumType(op, a, b);
	if (op === "Multiply" && (a === "interval" || b === "interval")) return "interval";
	if (op === "Divide" && a === "interval") return "interval";
	return isNumber(a) && isNumber(b) ? commonType([a, b]) : undefined;
}

function sumType(op: string, a: string | undefined, b: string | undefined): string | undefined {
	if (isNumber(a) && isNumber(b)) return commonType([a, b]);
	if (a === "date" && b === "date") return op === "Minus" ? "integer" : undefined;
	if (a === "date" && isNumber(b)) return "date";
	if (a === "date" && b === "interval") return "timestamp without time zone";
	const time = a?.startsWith("timestamp") === true;
	if (time && b === "interval") return a;
	if (time && op === "Minus" && (b?.startsWith("timestamp") === true || b === "date")) return "interval";
	if (a === "interval" && b === "interval") return "interval";
	if (a === "interval" && b?.startsWith("timestamp") === true && op === "Plus") return b;
	return a === "jsonb" || isText(a) ? a : undefined;
}
