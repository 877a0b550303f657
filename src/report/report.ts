/**
 * What people and programs see of a run. Everything here reads the event stream (core/events.ts) or a finished result
 * and writes to a stream or returns text; nothing here decides anything about the run.
 *
 * eventStream stamps, masks and redacts; terminal, ndjson and logFile subscribe to it; runResultsJson and summaryJson
 * turn the finished run into documents; printDiagnostics and printTable serve the commands that have no events.
 */

export { type CatalogMeta, type CatalogRow, type CatalogTargets, catalogKey, toCatalogJson } from "./catalogJson.ts";
export { createDbtLines } from "./dbtLines.ts";
export { createEventStream, type EventStream, type Subscriber } from "./eventStream.ts";
export { createLogFile, openLogFile } from "./logFile.ts";
export type { Look } from "./look.ts";
export { createNdjson } from "./ndjson.ts";
export { manifestFacts, maskTable } from "./nodeFacts.ts";
export { printDiagnostics } from "./printDiagnostics.ts";
export { printTable, type TableFormat } from "./printTable.ts";
export { createRedactor } from "./redact.ts";
export { toRunResultsJson } from "./runResultsJson.ts";
export { toSourcesJson } from "./sourcesJson.ts";
export { toSummaryJson } from "./summaryJson.ts";
export { createTerminal } from "./terminal.ts";
