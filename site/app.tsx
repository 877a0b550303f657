import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunTold } from "../src/docs/siteData.ts";
import { index } from "./data.ts";
import { Help } from "./help.tsx";
import { RunLine } from "./liveRun.tsx";
import type { PageProps } from "./page.ts";
import { Catalog } from "./pages/catalog.tsx";
import { Home } from "./pages/home.tsx";
import { NodePage } from "./pages/node.tsx";
import { Palette } from "./palette.tsx";
import type { Project } from "./project.ts";
import { go, href, readRoute, useRoute } from "./route.ts";
import { Sidebar } from "./sidebar.tsx";

type Page = ComponentType<PageProps>;

const more = () => import("./pages/more.ts");
const graph = (): Promise<Page> => import("./pages/graph.tsx").then(({ GraphPage }) => GraphPage);
/** Pages that are opened less often are fetched when they are. */
const LATER: Readonly<Record<string, () => Promise<Page>>> = {
	graph,
	embed: graph,
	run: () => more().then(({ RunPage }) => RunPage),
	quality: () => more().then(({ QualityPage }) => QualityPage),
	glossary: () => more().then(({ GlossaryPage }) => GlossaryPage),
	diff: () => more().then(({ DiffPage }) => DiffPage),
};
/** Begins to fetch the page that the address names, while the data is on its way. */
export const fetchPage = (): void => void LATER[readRoute().path[0] ?? ""]?.().catch(() => {});

const NOW: Readonly<Record<string, Page>> = { "": Home, catalog: Catalog, m: NodePage };

/** `run`: the one that goes on. */
export function App({ project, run }: { project: Project; run: RunTold | null }) {
	const route = useRoute();
	const [open, setOpen] = useState<"search" | "help" | null>(null);
	const [error, reset] = useErrorBoundary();
	const place = route.path.slice(0, 2).join("/");
	const shownPlace = useRef<string | null>(null);

	useEffect(() => {
		if (error !== undefined) reset();
		/** Some pages come when their program or data does: the title and the focus wait for their heading. */
		const arrived = (): void => {
			const heading = document.querySelector<HTMLElement>("main h1");
			if (heading === null) return;
			const title = place === "" ? `${project.project} · docs` : `${heading.textContent} · ${project.project}`;
			if (document.title !== title) document.title = title;
			if (shownPlace.current === place) return;
			// The first page keeps the browser's own focus; later ones are announced by their heading.
			if (shownPlace.current !== null) {
				window.scrollTo(0, 0);
				heading.focus({ preventScroll: true });
			}
			shownPlace.current = place;
		};
		arrived();
		const watcher = new MutationObserver(arrived);
		watcher.observe(document.getElementById("app")!, { childList: true, subtree: true });
		return () => watcher.disconnect();
	}, [place]);

	useShortcuts(setOpen);
	const page = route.path[0] ?? "";
	const sidebar = useMemo(
		() => <Sidebar project={project} page={page} onSearch={() => setOpen("search")} onHelp={() => setOpen("help")} />,
		[project, page],
	);
	if (route.query.get("chrome") === "0")
		return (
			<main class="bare">
				<Outlet project={project} route={route} />
			</main>
		);
	return (
		<>
			<a class="skip" href="#main" onClick={toContent}>
				Skip to content
			</a>
			{sidebar}
			<main id="main" class={page === "graph" ? "wide" : ""}>
				{error === undefined ? (
					<Outlet project={project} route={route} />
				) : (
					<section class="page">
						<h1 tabIndex={-1}>This page could not be shown</h1>
						<p class="lead">{String((error as Error).message ?? error)}</p>
					</section>
				)}
			</main>
			{run && <RunLine project={project} run={run} />}
			{open === "search" && <Palette project={project} onClose={() => setOpen(null)} />}
			{open === "help" && <Help onClose={() => setOpen(null)} />}
		</>
	);
}

/** The address after `#` says where the reader is, so the link may not change it. */
function toContent(event: Event): void {
	event.preventDefault();
	document.querySelector<HTMLElement>("main h1")?.focus();
}

function Outlet({ project, route }: PageProps) {
	const name = route.path[0] ?? "";
	const [loaded, setLoaded] = useState<{ name: string; Page: Page } | null>(null);
	useEffect(() => {
		let current = true;
		LATER[name]?.().then((Page) => current && setLoaded({ name, Page }));
		return () => {
			current = false;
		};
	}, [name]);
	const Page = NOW[name] ?? (loaded?.name === name ? loaded.Page : null);
	if (Page !== null) return <Page project={project} route={route} />;
	if (name in LATER) return <div class="loading" aria-busy="true" />;
	return (
		<section class="page">
			<h1 tabIndex={-1}>There is no such page</h1>
			<p class="lead">
				<a href="#/">The beginning</a> and <a href="#/catalog">the catalog</a> are there.
			</p>
		</section>
	);
}

/** Keys that work everywhere, as soon as the page is seen (an effect comes later); pages add their own. */
function useShortcuts(open: (what: "search" | "help" | null) => void): void {
	useLayoutEffect(() => {
		let led = false;
		const pressed = (event: KeyboardEvent): void => {
			if (event.key === "Escape") return open(null);
			const target = event.target as HTMLElement;
			if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable) return;
			if ((event.metaKey || event.ctrlKey) && event.key === "k") {
				event.preventDefault();
				return open("search");
			}
			if (event.metaKey || event.ctrlKey || event.altKey) return;
			if (led) {
				led = false;
				const to = PLACES[event.key];
				if (to !== undefined) return go(to);
			}
			if (event.key === "/") {
				event.preventDefault();
				open("search");
			} else if (event.key === "?") open("help");
			else if (event.key === "g") led = true;
		};
		// A dialog does not stay over what the browser's Back shows.
		const moved = (): void => open(null);
		window.addEventListener("keydown", pressed);
		window.addEventListener("popstate", moved);
		return () => {
			window.removeEventListener("keydown", pressed);
			window.removeEventListener("popstate", moved);
		};
	}, []);
}

/** After `g`. */
const PLACES: Readonly<Record<string, string>> = {
	h: href([]),
	c: href(["catalog"]),
	o: href(["graph"]),
	r: href(["run"]),
	q: href(["quality"]),
	t: href(["glossary"]),
	...(index.diff === null ? {} : { d: href(["diff"]) }),
};
