/**
 * dbt's Jinja context: the names that templates use, in the stages in which they mean different things. Parsing reads
 * a project without a database and collects what templates refer to; running resolves references, asks the database
 * through a journal and calls macros with a node's names; YAML sees only variables and the target. Macros of all
 * packages meet in one registry. This is the room's public face; other rooms import only this file.
 */

export type { ContextScope } from "./contextScope.ts";
export {
	createMacroRegistry,
	type DispatchResult,
	type MacroDefinition,
	MacroEntry,
	MacroRegistry,
	type MacroRegistryInput,
} from "./macroRegistry.ts";
export { createNameGenerator, type GenerateName, type NamedNode, type NameKind } from "./nameGenerator.ts";
export { describedColumn } from "./objects/columnObject.ts";
export { viewOf } from "./objects/lazyMapping.ts";
export { refText, sourceText } from "./objects/refFunction.ts";
export { cteObject, isPlainIdentifier, type RelationObject, relationTypeOf } from "./objects/relationObject.ts";
export { targetObject } from "./objects/targetObject.ts";
export { createParseCollector, type ParseCollector } from "./parseCollector.ts";
export { createParseScope, PARSE_RENDERING, type ParseSubject } from "./parseScope.ts";
export { flagOf, type InvocationFacts, type ProjectFacts } from "./projectFacts.ts";
export { createReferences, type Found, type ReferenceOptions, type References } from "./references.ts";
export { boundRelation, createRunScope, RUN_RENDERING, type RunScopeInput } from "./runScope.ts";
export { createYamlScope, YAML_RENDERING } from "./yamlScope.ts";
