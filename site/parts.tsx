import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { NodeState, SearchData } from "../src/docs/siteData.ts";
import { loadWords } from "./data.ts";
import type { Project } from "./project.ts";
import { href, setQuery } from "./route.ts";
import { createSearch, type Search } from "./search.ts";

export const GLYPHS: Readonly<Record<NodeState, string>> = {
	unknown: "○",
	ok: "✓",
	warn: "!",
	fail: "✗",
	skipped: "–",
	built: "·",
	running: "▸",
	done: "✓",
};
export const WORDS: Readonly<Record<NodeState, string>> = {
	unknown: "not run",
	ok: "passing",
	warn: "warning",
	fail: "failing",
	skipped: "skipped",
	built: "built, no tests",
	running: "running",
	done: "done",
};

/** A status as a glyph with its word: never by colour alone. */
export function StatusMark({ status, word = false }: { status: NodeState; word?: boolean }) {
	return (
		<span class={`status ${status}`}>
			<span aria-hidden="true" class="glyph">
				{GLYPHS[status]}
			</span>
			<span class={word ? "" : "unseen"}>{WORDS[status]}</span>
		</span>
	);
}

export function NodeLink({ project, node, query }: { project: Project; node: number; query?: Record<string, string> }) {
	return (
		<a class="node-link" href={href(["m", project.key(node)], query)}>
			{project.nodes.name[node]}
		</a>
	);
}

/** A file of the project, in its repository and in the reader's editor where the site knows them. */
export function FileLink({
	project,
	node,
	path,
	line,
}: {
	project: Project;
	node: number;
	path: string;
	line?: number;
}) {
	const { repository, editor } = project.links;
	// A package's files are in a repository of their own.
	const own = project.packages[project.nodes.package[node]!] === project.project;
	const address = (template: string): string =>
		template
			.replaceAll("{path}", path.split("/").map(encodeURIComponent).join("/"))
			.replaceAll("{line}", String(line ?? 1));
	return (
		<>
			{own && repository !== "" ? (
				<a href={address(repository)} rel="noopener noreferrer" title="Open in the repository">
					<code>{path}</code>
				</a>
			) : (
				<code>{path}</code>
			)}
			{own && editor !== "" && (
				<a class="open" href={address(editor)}>
					Open
				</a>
			)}
		</>
	);
}

/** Waits for data; says what went wrong. */
export function useData<T>(load: () => Promise<T>, keys: readonly unknown[]): T | undefined {
	const [state, setState] = useState<{ keys: readonly unknown[]; value?: T; error?: Error }>({ keys: [] });
	useEffect(() => {
		let current = true;
		load().then(
			(value) => current && setState({ keys, value }),
			(error: Error) => current && setState({ keys, error }),
		);
		return () => {
			current = false;
		};
	}, keys);
	if (state.error !== undefined) throw state.error;
	return state.keys.length === keys.length && state.keys.every((key, i) => key === keys[i]) ? state.value : undefined;
}

let made: { readonly project: Project; readonly words: SearchData | null; readonly search: Search } | undefined;

/** Of the whole project; of names alone until the words are there. Made once for all that search. */
export function useSearch(project: Project): Search {
	const words = useData(loadWords, []) ?? (made?.project === project ? made.words : null);
	if (made?.project !== project || made.words !== words) {
		const lanes = project.nodes.name.map((_, node) => project.laneName(node));
		const search = createSearch({ names: project.nodes.name, lanes }, words);
		made = { project, words, search };
		// With letters that are there, so that what they are found with is used.
		if (words !== null)
			for (const name of project.nodes.name.slice(0, WARM_UPS)) whenIdle(() => void search.nodes(name.slice(0, 2)));
	}
	return made.search;
}

const PAUSE_MS = 200;

/** So often is a search made before the browser's compiler has all of it. */
const WARM_UPS = 6;
/** The first key of a reader is to find code that the browser has compiled already. */
function whenIdle(task: () => void): void {
	if (typeof requestIdleCallback === "function") requestIdleCallback(task);
	else setTimeout(task, PAUSE_MS);
}

/**
 * A text that is shown as it is typed, and put into the address when there is a pause. Links and the reader's way back
 * change it too.
 */
export function useTypedText(key: string, inAddress: string): readonly [string, (text: string) => void] {
	const [text, setText] = useState(inAddress);
	const written = useRef(inAddress);
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	useEffect(() => {
		if (inAddress === written.current) return;
		written.current = inAddress;
		clearTimeout(timer.current);
		setText(inAddress);
	}, [inAddress]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const typed = (next: string): void => {
		setText(next);
		clearTimeout(timer.current);
		timer.current = setTimeout(() => {
			written.current = next;
			setQuery({ [key]: next });
		}, PAUSE_MS);
	};
	return [text, typed];
}

export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
	const [done, setDone] = useState(false);
	return (
		<button
			type="button"
			class="quiet"
			title={text}
			onClick={async () => {
				await copyText(text);
				setDone(true);
				setTimeout(() => setDone(false), 1500);
			}}
		>
			<span aria-live="polite">{done ? "Copied" : label}</span>
		</button>
	);
}

/** A page from a disk has no clipboard of its own. */
async function copyText(text: string): Promise<void> {
	if (navigator.clipboard !== undefined && window.isSecureContext) return navigator.clipboard.writeText(text);
	const area = document.createElement("textarea");
	area.value = text;
	document.body.append(area);
	area.select();
	document.execCommand("copy");
	area.remove();
}

/** HTML that the generator made of Markdown; there is no raw HTML in it. */
export function Prose({ html, class: name = "" }: { html: string; class?: string }) {
	return <div class={`prose ${name}`} dangerouslySetInnerHTML={{ __html: html }} />;
}

export function Meter({ part, whole, label }: { part: number; whole: number; label: string }) {
	const share = whole === 0 ? 0 : part / whole;
	return (
		<span class="meter" role="img" aria-label={label} title={label}>
			<span style={{ width: `${share * 100}%` }} />
		</span>
	);
}

export function Empty({ children }: { children: ComponentChildren }) {
	return <p class="empty">{children}</p>;
}

export function PageHead({ title, lead, children }: { title: string; lead?: string; children?: ComponentChildren }) {
	return (
		<header class="page-head">
			<h1 tabIndex={-1}>{title}</h1>
			{lead !== undefined && <p class="lead">{lead}</p>}
			{children}
		</header>
	);
}

export interface Tab {
	readonly id: string;
	readonly name: string;
	readonly count?: number;
}

/** Tabs whose choice is in the address. Arrow keys go from one to the next. */
export function Tabs({
	tabs,
	chosen,
	onChoose,
}: {
	tabs: readonly Tab[];
	chosen: string;
	onChoose: (id: string) => void;
}) {
	const move = (event: KeyboardEvent): void => {
		const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
		if (step === 0) return;
		event.preventDefault();
		event.stopPropagation();
		const at = tabs.findIndex((tab) => tab.id === chosen);
		const next = tabs[(at + step + tabs.length) % tabs.length]!;
		onChoose(next.id);
		requestAnimationFrame(() => document.getElementById(`tab-${next.id}`)?.focus());
	};
	return (
		<div class="tabs" role="tablist" onKeyDown={move}>
			{tabs.map((tab) => (
				<button
					type="button"
					role="tab"
					key={tab.id}
					id={`tab-${tab.id}`}
					aria-selected={tab.id === chosen}
					aria-controls="panel"
					tabIndex={tab.id === chosen ? 0 : -1}
					onClick={() => onChoose(tab.id)}
				>
					{tab.name}
					{tab.count !== undefined && <span class="count">{tab.count}</span>}
				</button>
			))}
		</div>
	);
}
