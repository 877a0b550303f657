import type { Session } from "../core/adapter.ts";
import type { Binding, CompiledNode } from "../core/compiler.ts";
import type { TestNode } from "../core/node.ts";
import { driveTemplate } from "./driveTemplate.ts";
import { bindingOf, type Run } from "./run.ts";
import type { PreparedTest } from "./sharedScans.ts";
import { type RowTest, rowTestOf, seesNewRows, testHash } from "./testMemory.ts";

/** References to an incremental model's new rows alone, where nothing else can make the test fail; null: read all. */
function newRowsFor(run: Run, test: TestNode, { node, kind }: RowTest, hash: string): Binding | null {
	const apply = run.standing.get(node)?.candidate.apply;
	if (apply === undefined || !seesNewRows(test, kind, apply) || !run.testMemory.passedBefore(node, hash)) return null;
	const binding = bindingOf(run);
	return { ...binding, relationOf: (id) => (id === node ? apply.delta : binding.relationOf(id)) };
}

/** Null: it must see all rows. */
export const rowTestIn = (run: Run, test: TestNode): RowTest | null =>
	run.gated ? rowTestOf(run.job, run.ports.compiler, test) : null;

/** Throws TfmError for a mistake in its template. */
export async function prepareTest(run: Run, test: TestNode, session: Session): Promise<PreparedTest> {
	const drive = { run, session, node: test.unique_id, inTransaction: false };
	const compile = async (binding: Binding): Promise<CompiledNode> => {
		const { compiled } = await driveTemplate(drive, (journal) =>
			run.ports.compiler.compileNode(test.unique_id, journal, binding),
		);
		return compiled;
	};
	const compiled = await compile(bindingOf(run));
	const hash = testHash(test, run.toPublished(compiled.sql));
	const rowTest = rowTestIn(run, test);
	const rows = rowTest === null ? null : newRowsFor(run, test, rowTest, hash);
	const query = rows === null ? compiled.sql : (await compile(rows)).sql;
	return { compiled, hash, query, onlyNew: rows !== null };
}
