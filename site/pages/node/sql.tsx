import { FileLink } from "../../parts.tsx";
import { setQuery } from "../../route.ts";
import { Changes, Sql } from "../../sqlView.tsx";
import type { NodeTabProps } from "../node.tsx";

/** The model as written, as sent, and beside the state that the site was compared with. */
export function SqlTab({ project, node, page, query }: NodeTabProps) {
	const views = [
		...(page.raw === null ? [] : [{ id: "raw", name: "Source" }]),
		...(page.compiled === null ? [] : [{ id: "compiled", name: "Compiled" }]),
		...(page.executed === undefined ? [] : [{ id: "executed", name: "Executed" }]),
		...(page.before === undefined || page.before === null ? [] : [{ id: "changed", name: "Changed" }]),
	];
	const asked = query.get("sql");
	const chosen = (views.some(({ id }) => id === asked) ? asked! : views[0]!.id) as
		| "raw"
		| "compiled"
		| "executed"
		| "changed";
	const line = Number(query.get("line")) || null;
	return (
		<>
			<fieldset class="segments">
				<legend class="unseen">Which SQL</legend>
				{views.map(({ id, name }) => (
					<button type="button" key={id} aria-pressed={chosen === id} onClick={() => setQuery({ sql: id, line: null })}>
						{name}
					</button>
				))}
			</fieldset>
			{chosen === "changed" ? (
				<Changes before={page.before ?? ""} after={page.raw ?? ""} />
			) : (
				<Sql
					text={{ raw: page.raw, compiled: page.compiled, executed: page.executed }[chosen] ?? ""}
					label={{ raw: page.path, compiled: "Compiled SQL", executed: "What the last run sent" }[chosen] ?? ""}
					{...(chosen === "raw"
						? { head: <FileLink {...{ project, node }} path={page.path} {...(line === null ? {} : { line })} /> }
						: {})}
					line={line}
					onLine={(n) => setQuery({ line: n })}
				/>
			)}
		</>
	);
}
