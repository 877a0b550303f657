import { useEffect, useRef, useState } from "preact/hooks";
import { index } from "./data.ts";
import { ago } from "./format.ts";
import type { Project } from "./project.ts";

interface SidebarProps {
	readonly project: Project;
	/** The first part of the address. */
	readonly page: string;
	readonly onSearch: () => void;
	readonly onHelp: () => void;
}

const ICONS: Readonly<Record<string, string>> = {
	"": "M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1z",
	catalog: "M4 5h12M4 10h12M4 15h8",
	graph: "M5 5.5h3v3H5zM12 3h3v3h-3zM12 12h3v3h-3zM8 7l4-2.5M8 7.5l4 6",
	run: "M4 5h7M7 10h8M5 15h5",
	quality: "M4 10.5 8 14.5 16 5.5",
	glossary: "M5 4h8a2 2 0 0 1 2 2v10H7a2 2 0 0 1-2-2zM8 8h4M8 11h3",
	diff: "M6 4v9M3.5 8.5h5M12 15h5M14 5l-3 11",
};

export function Sidebar({ project, page, onSearch, onHelp }: SidebarProps) {
	const here = page === "m" ? "catalog" : page;
	const links: [string, string][] = [
		["", "Overview"],
		["catalog", "Catalog"],
		["graph", "Lineage"],
		...(index.runs === null ? [] : ([["run", "Runs"]] as [string, string][])),
		["quality", "Quality"],
		...(index.terms === null ? [] : ([["glossary", "Glossary"]] as [string, string][])),
		...(index.diff === null ? [] : ([["diff", "Changes"]] as [string, string][])),
	];
	const nav = useRef<HTMLElement>(null);
	// On a narrow screen the pages stand in a row that is longer than the screen.
	useEffect(() => {
		const link = nav.current!.querySelector<HTMLElement>("[aria-current]");
		if (link !== null) nav.current!.scrollLeft = link.offsetLeft - nav.current!.clientWidth / 2 + link.offsetWidth / 2;
	}, [here]);
	return (
		<aside class="sidebar">
			<a class="brand" href="#/">
				<svg viewBox="0 0 20 20" aria-hidden="true">
					<rect width="20" height="20" rx="5.5" />
					<path d="M5.5 6.5h9M5.5 10h5.5M5.5 13.5h7.5" />
				</svg>
				<span>{project.project}</span>
			</a>
			<button type="button" class="search-button" onClick={onSearch}>
				<svg viewBox="0 0 20 20" aria-hidden="true">
					<path d="M13 13l4 4M14.5 8.75a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0z" />
				</svg>
				Search
				<kbd>/</kbd>
			</button>
			<nav aria-label="Pages" ref={nav}>
				{links.map(([path, name]) => (
					<a key={path} href={`#/${path}`} aria-current={here === path ? "page" : undefined}>
						<svg viewBox="0 0 20 20" aria-hidden="true">
							<path d={ICONS[path]} />
						</svg>
						{name}
					</a>
				))}
			</nav>
			<div class="foot">
				<div class="foot-buttons">
					<ThemeButton />
					<button type="button" class="quiet" onClick={onHelp}>
						Keys <kbd>?</kbd>
					</button>
				</div>
				<p title={project.generatedAt}>
					Made {project.generatedAt !== "" && ago(Date.parse(project.generatedAt))} by {project.writtenBy}
				</p>
			</div>
		</aside>
	);
}

function ThemeButton() {
	const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? "light");
	const other = theme === "dark" ? "light" : "dark";
	const choose = (): void => {
		document.documentElement.dataset.theme = other;
		try {
			localStorage.setItem("tfm-theme", other);
		} catch {
			// Storage may be off: the choice then holds for this page.
		}
		setTheme(other);
		window.dispatchEvent(new Event("themechange"));
	};
	return (
		<button type="button" class="quiet" onClick={choose}>
			{other === "dark" ? "Dark" : "Light"}
		</button>
	);
}
