import { useEffect, useState } from "preact/hooks";

/** Where the reader is: everything is in the address after `#`, so that a link shows another the same. */
export interface Route {
	/** `m/staging.orders` → ["m", "staging.orders"] */
	readonly path: readonly string[];
	readonly query: URLSearchParams;
}

export function readRoute(): Route {
	// Descriptions written for dbt's site link as `#!/model/model.shop.orders`.
	const hash = (ahead ?? location.hash).replace(/^#!\/\w+\//, "m/");
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

/**
 * What the address will say when there is a pause: browsers take milliseconds for each change of it, fetch the page's
 * picture again, and some refuse a hundred of them, which is a key held down.
 */
let ahead: string | null = null;
let pause: ReturnType<typeof setTimeout> | undefined;
const PAUSE_MS = 60;
/** The address as this page left it: another one is the reader's, by a link or the way back. */
let left = location.hash;

function settle(): void {
	clearTimeout(pause);
	if (ahead !== null) history.replaceState(null, "", ahead);
	ahead = null;
	left = location.hash;
}

/** Where the reader is going next: what is shown there moves the focus, what stays does not. */
export function go(target: string, { replace = false } = {}): void {
	if (replace) {
		clearTimeout(pause);
		ahead = target;
		pause = setTimeout(settle, PAUSE_MS);
		window.dispatchEvent(new HashChangeEvent("hashchange"));
		return;
	}
	settle();
	location.hash = target;
	left = location.hash;
}

/** Changes some of the query and keeps the rest; does not add to the reader's history. */
export function setQuery(changes: Query, { replace = true } = {}): void {
	const { path, query } = readRoute();
	go(href(path, { ...Object.fromEntries(query), ...changes }), { replace });
}

export function useRoute(): Route {
	const [route, setRoute] = useState(readRoute);
	useEffect(() => {
		const changed = ({ isTrusted }: Event): void => {
			// A link or the way back was faster than the pause.
			if (isTrusted && location.hash !== left) {
				ahead = null;
				left = location.hash;
			}
			setRoute(readRoute());
		};
		window.addEventListener("hashchange", changed);
		return () => window.removeEventListener("hashchange", changed);
	}, []);
	return route;
}
