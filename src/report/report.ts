/**
 * What people and programs see of a run. Everything here reads the event stream (core/events.ts) or a finished result
 * and writes to a stream or returns text; nothing here decides anything about the run.
 *
 * eventStream stamps and redacts; terminal, ndjson and logFile subscribe to it; runResultsJson and summaryJson turn the
 * finished run into artifacts; printDiagnostics and printTable serve the commands that have no events.
 */
export { diagnosticText, type ReadLine } from "./diagnosticText.ts";
export { createLook, type Look } from "./look.ts";
export { type DiagnosticsPrinting, printDiagnostics } from "./printDiagnostics.ts";
