/**
 * dbt's Jinja context: the names that templates use, in the stages in which they mean different things. Parsing reads
 * a project without a database and collects what templates refer to; running resolves references, asks the database
 * through a journal and calls macros with a node's names; YAML sees only variables and the target. Macros of all
 * packages meet in one registry. This is the room's public face; other rooms import only this file.
 */
export {
	createMacroRegistry,
	type DispatchResult,
	type MacroDefinition,
	MacroEntry,
	MacroRegistry,
	type MacroRegistryInput,
	nearest,
} from "./macroRegistry.ts";
export { refText, sourceText } from "./objects/refFunction.ts";
export { createParseCollector, type ParseCollector } from "./parseCollector.ts";
export { createParseScope, PARSE_RENDERING, type ParseSubject } from "./parseScope.ts";
export { flagOf, type InvocationFacts, type ProjectFacts } from "./projectFacts.ts";
