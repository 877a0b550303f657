/**
 * What people and programs see of a run. Everything here reads the event stream (core/events.ts) or a finished result
 * and writes to a stream or returns text; nothing here decides anything about the run.
 *
 * eventStream stamps, masks and redacts; terminal, ndjson and logFile subscribe to it; runResultsJson and summaryJson
 * turn the finished run into documents; printDiagnostics and printTable serve the commands that have no events.
 */

export { type CatalogMeta, type CatalogRow, type CatalogTargets, catalogKey, toCatalogJson } from "./catalogJson.ts";
export { dbtMessage } from "./dbtMessage.ts";
export { concurrencyMessages, createDbtMessages, nothingToDo } from "./dbtMessages.ts";
export { fancyLine } from "./dbtOutput.ts";
export { hookPlaces, projectMessages } from "./dbtProjectMessages.ts";
export { createEventStream, type EventStream, type Subscriber } from "./eventStream.ts";
export { failureText } from "./failureText.ts";
export { toJunitXml } from "./junitXml.ts";
export { createLogFile, createLogWriter, openLogFile } from "./logFile.ts";
export { createLogSink, type LogForm } from "./logSink.ts";
export type { Look } from "./look.ts";
export { createNdjson } from "./ndjson.ts";
export { isMasked, manifestFacts, maskTable } from "./nodeFacts.ts";
export { type NodeProgress, nodeInfo } from "./nodeInfo.ts";
export { printDiagnostics } from "./printDiagnostics.ts";
export { printTable, type TableFormat } from "./printTable.ts";
export { createRedactor } from "./redact.ts";
export { toRunResultsJson } from "./runResultsJson.ts";
export { toSourcesJson } from "./sourcesJson.ts";
export { toSummaryJson } from "./summaryJson.ts";
export { createTerminal } from "./terminal.ts";
