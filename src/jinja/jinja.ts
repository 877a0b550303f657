/**
 * The template language: Jinja2 with Python's semantics and dbt's blocks. This is the room's public face; other rooms
 * import only this file. Inside: lexer → parser → codegen make a JavaScript function of a template; the runtime
 * (values, text, operators, methods, filters, tests) gives it Python's behaviour; scanner answers the simple models
 * without any of that; replay lets a synchronous template ask an asynchronous database.
 */
export { bindArguments } from "./arguments.ts";
export { PySet } from "./collections.ts";
export { entriesOf } from "./dictMethods.ts";
export { equals, truthy } from "./equality.ts";
export { isIterable, iterate, sliceOf } from "./iteration.ts";
export { KeptTemplates } from "./keptTemplates.ts";
export { type BlockKind, compileMacro, findBlocks, type Macro, type MacroBlock } from "./macros.ts";
export { compare } from "./operators.ts";
export type { TemplateSource } from "./origin.ts";
export { fromPlain, toJson, toPlain } from "./plain.ts";
export { ReplayCursor, type Resumable, Suspend } from "./replay.ts";
export { type LiteralCall, scanLiterals } from "./scanner.ts";
export type { RenderOptions, Scope } from "./scope.ts";
export { compileTemplate, type Template } from "./template.ts";
export { repr, toText } from "./text.ts";
export {
	type Arguments,
	type BinaryOperator,
	floatValue,
	HostFunction,
	HostObject,
	hashKeyOf,
	PyDecimal,
	PyDict,
	PyFloat,
	PyTuple,
	typeName,
	type Value,
} from "./values.ts";
