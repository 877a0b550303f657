import { useEffect, useState } from "preact/hooks";

/** Where the reader is: everything is in the address after `#`, so that a link shows another the same. */
export interface Route {
	/** `m/staging.orders` → ["m", "staging.orders"] */
	readonly path: readonly string[];
	readonly query: URLSearchParams;
}

export function readRoute(): Route {
	// Descriptions written for dbt's site link as `#!/model/model.shop.orders`.
	const hash = location.hash.replace(/^#!\/\w+\//, "m/");
	const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
	return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** A hand-written address may hold a lone percent sign. */
function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

export function href(path: readonly string[], query: Query = {}): string {
	const entries = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
	const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
	return `#/${path.map((part) => encodeURIComponent(part)).join("/")}${text === "" ? "" : `?${text}`}`;
}

/** Where the reader is going next: what is shown there moves the focus, what stays does not. */
export function go(target: string, { replace = false } = {}): void {
	if (replace) {
		history.replaceState(null, "", target);
		window.dispatchEvent(new HashChangeEvent("hashchange"));
	} else location.hash = target;
}

/** Changes some of the query and keeps the rest; does not add to the reader's history. */
export function setQuery(changes: Query, { replace = true } = {}): void {
	const { path, query } = readRoute();
	go(href(path, { ...Object.fromEntries(query), ...changes }), { replace });
}

export function useRoute(): Route {
	const [route, setRoute] = useState(readRoute);
	useEffect(() => {
		const changed = () => setRoute(readRoute());
		window.addEventListener("hashchange", changed);
		return () => window.removeEventListener("hashchange", changed);
	}, []);
	return route;
}
