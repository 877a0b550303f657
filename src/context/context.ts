/**
 * dbt's Jinja context: the names that templates use, in the stages in which they mean different things. Parsing reads
 * a project without a database and collects what templates refer to; running resolves references, asks the database
 * through a journal and calls macros with a node's names; YAML sees only variables and the target. Macros of all
 * packages meet in one registry. This is the room's public face; other rooms import only this file.
 */

export type { ContextScope } from "./contextScope.ts";
export { lackingUses, OVERRIDE } from "./lackingUses.ts";
export {
	createMacroRegistry,
	type MacroDefinition,
	MacroEntry,
	MacroRegistry,
} from "./macroRegistry.ts";
export { modulesObject } from "./modules/modules.ts";
export { createNameGenerator, type NamedNode } from "./nameGenerator.ts";
export { describedColumn } from "./objects/columnObject.ts";
export { dataFunctions } from "./objects/dataFunctions.ts";
export { isSecretName } from "./objects/envVarFunction.ts";
export { changeKey, changeReadings, freshnessReading } from "./objects/freshnessAnswer.ts";
export { graphData } from "./objects/graphData.ts";
export { metricText } from "./objects/metricFunction.ts";
export { functionText, refText, sourceText } from "./objects/refFunction.ts";
export { cteObject, relationNameOf, relationTypeOf } from "./objects/relationObject.ts";
export { responseOf } from "./objects/responseObject.ts";
export { cellsOf } from "./objects/tableObject.ts";
export { targetObject } from "./objects/targetObject.ts";
export { isTemplate, variablesFor } from "./objects/varFunction.ts";
export { createParseCollector, type ParseCollector } from "./parseCollector.ts";
export { collectFrom, createParseScope, PARSE_RENDERING } from "./parseScope.ts";
export { flagOf, type InvocationFacts, type ProjectConfigOf, type ProjectFacts } from "./projectFacts.ts";
export type { ParseSubject, ReadingWatch, TextRead } from "./readingWatch.ts";
export { createReferences, type Found, type References } from "./references.ts";
export {
	createRunScope,
	type GivenInputs,
	RUN_RENDERING,
	sourceObject,
	sourceScopeNames,
	storedRelation,
} from "./runScope.ts";
export { SharedGraph } from "./sharedGraph.ts";
export { createYamlScope, YAML_RENDERING } from "./yamlScope.ts";
