import type { SiteTest } from "../../../src/docs/siteData.ts";
import { duration, plural } from "../../format.ts";
import { Copy, FileLink, Prose, StatusMark } from "../../parts.tsx";
import { setQuery } from "../../route.ts";
import { Sql } from "../../sqlView.tsx";
import { statusOfTest } from "../../tests.ts";
import type { NodeTabProps } from "../node.tsx";
import { SampleTable } from "./sample.tsx";

const RANK = ["fail", "warn", "skipped", "unknown", "ok"];

/** What fails comes first; a test opens to its SQL, what it found, and how to see it oneself. */
export function TestsTab({ project, node, page, query }: NodeTabProps) {
	const open = query.get("test");
	const column = query.get("col");
	const tests = page.tests
		.filter((test) => column === null || test.column?.toLowerCase() === column.toLowerCase())
		.sort((a, b) => RANK.indexOf(statusOfTest(a)) - RANK.indexOf(statusOfTest(b)));
	return (
		<>
			{column !== null && (
				<p class="found">
					{plural(tests.length, "test")} of {column}
					<button type="button" class="quiet" onClick={() => setQuery({ col: null })}>
						All tests
					</button>
				</p>
			)}
			<ul class="tests">
				{tests.map((test) => (
					<Test key={test.id} {...{ project, node, test }} open={open === test.id} />
				))}
			</ul>
		</>
	);
}

function Test({
	project,
	node,
	test,
	open,
}: Pick<NodeTabProps, "project" | "node"> & { test: SiteTest; open: boolean }) {
	const status = statusOfTest(test);
	return (
		<li class={open ? "open" : ""}>
			<button type="button" aria-expanded={open} onClick={() => setQuery({ test: open ? null : test.id })}>
				<StatusMark status={status} />
				<span class="test-name">
					{test.kind === "singular" || test.kind === "unit" ? test.name : test.kind.replaceAll("_", " ")}
					{(test.column ?? test.args) && <code>{test.column ?? test.args}</code>}
				</span>
				<span class="aside">
					{test.failures !== null && test.failures > 0 && <strong>{plural(test.failures, "row")}</strong>}
					{[
						test.dimension,
						test.severity === "warn" ? "warns" : null,
						test.ms !== null && test.ms > 0 ? duration(test.ms) : null,
					]
						.filter(Boolean)
						.join(" · ")}
				</span>
			</button>
			{open && (
				<div class="test-body">
					{test.html !== "" && <Prose html={test.html} />}
					{test.message !== null && <pre class="message">{test.message}</pre>}
					<dl class="facts-list">
						<div>
							<dt>Test</dt>
							<dd>
								<code>{test.name}</code>
							</dd>
						</div>
						<div>
							<dt>Run it</dt>
							<dd>
								<code>tfm test --select {test.name}</code> <Copy text={`tfm test --select ${test.name}`} />
							</dd>
						</div>
						{test.kind !== "unit" && (
							<div>
								<dt>See the rows</dt>
								<dd>
									<code>tfm show --failures {test.name}</code> <Copy text={`tfm show --failures ${test.name}`} />
								</dd>
							</div>
						)}
						{test.storedIn !== null && (
							<div>
								<dt>Kept in</dt>
								<dd>
									<code>{test.storedIn}</code>
								</dd>
							</div>
						)}
						<div>
							<dt>Written in</dt>
							<dd>
								<FileLink project={project} node={node} path={test.path} />
							</dd>
						</div>
					</dl>
					{test.sample !== undefined && <SampleTable sample={test.sample} />}
					{test.sql !== null && <Sql text={test.sql} label={`SQL of ${test.name}`} />}
				</div>
			)}
		</li>
	);
}
