import { useEffect, useRef, useState } from "preact/hooks";
import type { ColumnEdges, SiteColumn } from "../../../src/docs/siteData.ts";
import { loadEdges } from "../../data.ts";
import { plural } from "../../format.ts";
import { Empty, Prose, StatusMark, useData } from "../../parts.tsx";
import type { Project } from "../../project.ts";
import { href, setQuery } from "../../route.ts";
import { statusOfTest } from "../../tests.ts";
import type { NodeTabProps } from "../node.tsx";

const FILTER_FROM = 15;
const CHIPS = 3;

export function ColumnsTab({ project, node, page, query }: NodeTabProps) {
	const edges = useData(() => loadEdges(project.id(node)), [node]) ?? null;
	const [filter, setFilter] = useState("");
	const chosen = query.get("col");
	const shown = page.columns.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	return (
		<>
			{edges?.reason !== undefined && (
				<p class="note">
					<StatusMark status="warn" /> Columns are not traced through this model: {edges.reason}
				</p>
			)}
			{page.columns.length > FILTER_FROM && (
				<input
					type="search"
					class="inline-filter"
					aria-label="Filter columns"
					placeholder={`Filter ${page.columns.length} columns`}
					value={filter}
					onInput={(event) => setFilter(event.currentTarget.value)}
				/>
			)}
			{shown.length === 0 && <Empty>No column is called that.</Empty>}
			<ul class="columns">
				{shown.map((column) => (
					<Column
						key={column.name}
						{...{ project, column, edges }}
						tests={page.tests.filter((test) => test.column?.toLowerCase() === column.name.toLowerCase())}
						isKey={page.key.includes(column.name)}
						open={chosen === column.name}
					/>
				))}
			</ul>
		</>
	);
}

interface ColumnProps {
	readonly project: Project;
	readonly column: SiteColumn;
	readonly edges: ColumnEdges | null;
	readonly tests: NodeTabProps["page"]["tests"];
	readonly isKey: boolean;
	readonly open: boolean;
}

function Column({ project, column, edges, tests, isKey, open }: ColumnProps) {
	const row = useRef<HTMLLIElement>(null);
	useEffect(() => {
		if (open) row.current?.scrollIntoView({ block: "nearest" });
	}, [open]);
	const made = edges?.columns[column.name];
	const uses = edges?.uses[column.name] ?? [];
	const from = made?.from ?? [];
	const marks = [
		...(isKey ? ["key"] : []),
		...(column.constraints ?? []).map((constraint) => constraint.replace("_", " ")),
		...(column.tags ?? []),
	];
	return (
		<li ref={row} class={open ? "open" : ""}>
			<div class="column-name">
				<button type="button" aria-expanded={open} onClick={() => setQuery({ col: open ? null : column.name })}>
					{column.name}
				</button>
				<span class="column-type">{column.type || " "}</span>
			</div>
			<div class="column-text">
				{column.html === "" ? <p class="missing">No description</p> : <Prose html={column.html} />}
				{column.from !== undefined && (
					<p class="inherited">
						from <RefLink project={project} to={column.from} />
					</p>
				)}
				{from.length > 0 && (
					<p class="chips">
						<span class="chip-label">{KINDS[made!.kind] ?? "from"}</span>
						{from.slice(0, open ? undefined : CHIPS).map((ref) => (
							<RefLink key={ref.join()} project={project} to={ref} chip />
						))}
						{!open && from.length > CHIPS && <span class="soft">and {from.length - CHIPS} more</span>}
						{made!.confidence !== "resolved" && <span class="doubt">{made!.confidence}</span>}
					</p>
				)}
				{open && uses.length > 0 && (
					<p class="chips">
						<span class="chip-label">used by</span>
						{uses.map((ref) => (
							<RefLink key={ref.join()} project={project} to={ref} chip />
						))}
					</p>
				)}
				{open && from.length === 0 && uses.length === 0 && (
					<p class="soft">No other column is known to be made from it.</p>
				)}
			</div>
			<div class="column-marks">
				{column.pii !== undefined && (
					<span
						class="mark pii"
						title={
							column.pii === true ? undefined : "It is not known what the column is made of, or who else writes it."
						}
					>
						{column.pii === true ? "personal" : "may be personal"}
					</span>
				)}
				{column.absent && (
					<span class="mark" title="Property files name it; neither the table nor the SQL has such a column.">
						not in the table
					</span>
				)}
				{marks.map((mark) => (
					<span key={mark} class="mark">
						{mark}
					</span>
				))}
				{column.terms?.map((term) => (
					<a key={term} class="mark" href={href(["glossary"], { term })}>
						{term}
					</a>
				))}
				{tests.length > 0 && (
					<button
						type="button"
						class="quiet"
						title={tests.map(({ kind }) => kind).join(", ")}
						onClick={() => setQuery({ tab: "tests", col: column.name })}
					>
						<StatusMark
							status={tests.map(statusOfTest).reduce((a, b) => (RANK.indexOf(a) > RANK.indexOf(b) ? a : b))}
						/>
						{plural(tests.length, "test")}
					</button>
				)}
				{!open && uses.length > 0 && <span class="soft">used by {uses.length}</span>}
			</div>
		</li>
	);
}

const RANK = ["unknown", "built", "ok", "skipped", "warn", "fail"] as const;
const KINDS: Readonly<Record<string, string>> = {
	direct: "from",
	cast: "cast of",
	expression: "computed from",
	aggregate: "aggregated from",
	window: "window over",
};

export function RefLink({
	project,
	to: [id, column],
	chip = false,
}: {
	project: Project;
	to: readonly [string, string];
	chip?: boolean;
}) {
	const node = project.find(id);
	const name = node === undefined ? id : project.nodes.name[node]!;
	const text = (
		<>
			<span class="ref-node">{name}</span>.{column}
		</>
	);
	if (node === undefined) return <span class={chip ? "chip" : ""}>{text}</span>;
	return (
		<a class={chip ? "chip" : ""} href={href(["m", project.key(node)], { tab: "columns", col: column })}>
			{text}
		</a>
	);
}
