import { useEffect } from "preact/hooks";
import { loadTerms } from "../data.ts";
import { plural } from "../format.ts";
import type { PageProps } from "../page.ts";
import { Empty, NodeLink, PageHead, Prose, useData } from "../parts.tsx";
import { setQuery } from "../route.ts";
import { RefLink } from "./node/columns.tsx";

/** Business terms, from the project's docs blocks, with the models and columns that speak of them. */
export function GlossaryPage({ project, route }: PageProps) {
	const data = useData(loadTerms, []);
	const q = (route.query.get("q") ?? "").toLowerCase();
	const term = route.query.get("term");
	useEffect(() => {
		if (term !== null) document.getElementById(`term-${term}`)?.scrollIntoView();
	}, [term, data]);
	if (data === undefined) return <div class="loading" aria-busy="true" />;
	if (data === null)
		return (
			<section class="page">
				<PageHead
					title="Glossary"
					lead="The project has no docs blocks. A term is written as {% docs net_revenue %} … {% enddocs %} and used with {{ doc('net_revenue') }}."
				/>
			</section>
		);
	const shown = data.terms.filter(({ name, text }) => `${name} ${text}`.toLowerCase().includes(q));
	return (
		<section class="page glossary">
			<PageHead title="Glossary" lead={`${plural(data.terms.length, "term")} and where they are used.`} />
			<input
				type="search"
				class="inline-filter"
				aria-label="Filter terms"
				placeholder="Filter terms"
				value={q}
				onInput={(event) => setQuery({ q: event.currentTarget.value })}
			/>
			{shown.length === 0 && <Empty>No term holds that.</Empty>}
			<dl class="terms">
				{shown.map(({ id, name, html, used }) => (
					<div key={id} id={`term-${name}`} class={term === name ? "at" : ""}>
						<dt>{name.replaceAll("_", " ")}</dt>
						<dd>
							<Prose html={html} />
							{used.length === 0 ? (
								<p class="soft">Nothing uses it.</p>
							) : (
								<p class="chips">
									<span class="chip-label">used by</span>
									{used.map(([node, column]) => {
										const at = project.find(node);
										if (column !== "")
											return <RefLink key={`${node} ${column}`} project={project} to={[node, column]} chip />;
										return at === undefined ? null : (
											<span key={node} class="chip">
												<NodeLink project={project} node={at} />
											</span>
										);
									})}
								</p>
							)}
						</dd>
					</div>
				))}
			</dl>
		</section>
	);
}
