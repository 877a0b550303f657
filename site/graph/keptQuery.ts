/** What stays when the view changes. */
export const kept = (query: URLSearchParams): Record<string, string | null> => ({
	lens: query.get("lens"),
	sel: query.get("sel"),
	view: query.get("view"),
	chrome: query.get("chrome"),
});
