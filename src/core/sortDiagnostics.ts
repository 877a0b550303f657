import type { Diagnostic } from "./diagnostic.ts";

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** In reading order: by file, line and column; those without a place come first. The same report whatever the order of finding. */
export const sortDiagnostics = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
	[...diagnostics].sort(
		(a, b) =>
			compare(a.at?.file ?? "", b.at?.file ?? "") ||
			compare(a.at?.line ?? 0, b.at?.line ?? 0) ||
			compare(a.at?.column ?? 0, b.at?.column ?? 0) ||
			compare(a.code, b.code) ||
			compare(a.message, b.message),
	);
