import { fail } from "../../core/diagnostic.ts";
import type { RefArgs } from "../../core/node.ts";
import { type Arguments, HostFunction, PyFloat, repr, type Value } from "../../jinja/jinja.ts";
import type { ProjectFacts } from "../projectFacts.ts";
import { RuntimeConfig } from "./runtimeConfig.ts";

const REF_USAGE = "ref('name'), ref('package', 'name') or ref('name', version=1)";
const SOURCE_USAGE = "source('source name', 'table name')";

const wrongRef = (problem: string): never => fail("TFM-REF-006", { callee: "ref()", problem, usage: REF_USAGE });
const wrongSource = (problem: string): never =>
	fail("TFM-REF-006", { callee: "source()", problem, usage: SOURCE_USAGE });

/** The arguments of ref(), checked as dbt checks them; other keywords are let pass, as dbt lets them. */
function readRefArguments({ positional, keyword }: Arguments): RefArgs {
	if (positional.length < 1 || positional.length > 2)
		wrongRef(`takes one or two names, and ${positional.length === 0 ? "none was" : `${positional.length} were`} given`);
	const name = positional[positional.length - 1];
	const packageName = positional.length === 2 ? positional[0] : null;
	if (typeof name !== "string") return wrongRef(`needs a name as text, not ${repr(name)}`);
	if (packageName !== null && typeof packageName !== "string")
		return wrongRef(`needs the package's name as text, not ${repr(packageName)}`);
	return { name, package: packageName, version: readVersion(keyword.get("version") || keyword.get("v")) };
}

function readVersion(version: Value): string | number | null {
	if (version === undefined || version === null) return null;
	if (typeof version === "string" || typeof version === "number") return version;
	if (version instanceof PyFloat) return version.n;
	return wrongRef(`needs a version that is text or a number, not ${repr(version)}`);
}

function readSourceArguments({ positional }: Arguments): [string, string] {
	const [source, table] = positional;
	if (positional.length !== 2) wrongSource(`takes two names, and ${positional.length} were given`);
	if (typeof source !== "string" || typeof table !== "string") return wrongSource("needs both names as text");
	return [source, table];
}

/** ref() and source() are objects in dbt, which carry the project's configuration: `builtins.ref.config`. */
class Resolver extends HostFunction {
	readonly #facts: ProjectFacts;

	constructor(name: string, facts: ProjectFacts, fn: (args: Arguments) => Value) {
		super(name, fn);
		this.#facts = facts;
	}

	override attribute(name: string): Value {
		return name === "config" ? new RuntimeConfig(this.#facts) : super.attribute(name);
	}
}

export const refFunction = (facts: ProjectFacts, resolve: (args: RefArgs) => Value): HostFunction =>
	new Resolver("ref", facts, (args) => resolve(readRefArguments(args)));

export const sourceFunction = (facts: ProjectFacts, resolve: (source: string, table: string) => Value): HostFunction =>
	new Resolver("source", facts, (args) => resolve(...readSourceArguments(args)));

const FUNCTION_USAGE = "function('name') or function('package', 'name')";

/** function(): one or two names; the answer stands where the query calls it. */
export const functionFunction = (resolve: (names: readonly string[]) => Value): HostFunction =>
	new HostFunction("function", ({ positional }) => {
		const names = positional.filter((name): name is string => typeof name === "string");
		if (names.length !== positional.length || names.length < 1 || names.length > 2)
			return fail("TFM-REF-006", { callee: "function()", problem: "takes one or two names", usage: FUNCTION_USAGE });
		return resolve(names);
	});

export const functionText = (names: readonly string[]): string =>
	`function(${names.map((name) => `'${name}'`).join(", ")})`;

/** The reference as an author writes it. */
export function refText({ name, package: packageName, version }: RefArgs): string {
	const names = packageName === null ? `'${name}'` : `'${packageName}', '${name}'`;
	return version === null
		? `ref(${names})`
		: `ref(${names}, version=${typeof version === "string" ? `'${version}'` : version})`;
}

export const sourceText = (source: string, table: string): string => `source('${source}', '${table}')`;
