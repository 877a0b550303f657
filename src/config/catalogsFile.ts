/**
 * `catalogs.yml`: where other engines keep their tables (Iceberg). dbt checks the file whenever it reads a project, and
 * its Postgres adapter knows no kind of catalog, so that a project with one is refused there, as is a file that is wrong.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../core/config.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { readYaml, type YamlDocument, type YamlPath } from "../yaml/readYaml.ts";
import { describe, isMapping, own } from "../yaml/shapeCheck.ts";

const FILE = "catalogs.yml";
const CATALOG_KEYS = ["name", "active_write_integration", "write_integrations"];
const INTEGRATION_KEYS = [
	"name",
	"catalog_type",
	"external_volume",
	"table_format",
	"catalog_name",
	"file_format",
	"catalog_database",
	"adapter_properties",
];

type Tell = (problem: string, path: YamlPath, dbt?: string) => undefined;

/** Throws TFM-CONFIG-036 with all that is wrong; a file without catalogs says nothing. */
export function requireNoCatalogs({ project }: Pick<Config, "project">): void {
	const path = join(project.root, FILE);
	if (!existsSync(path)) return;
	const document = readYaml(readFileSync(path, "utf8"), FILE);
	const problems: Diagnostic[] = [];
	const tell: Tell = (problem, at, dbt) =>
		void problems.push(
			diagnostic("TFM-CONFIG-036", { problem, ...(dbt === undefined ? {} : { dbt }) }, document.at(at)),
		);
	checkFile(document, project.flags.use_catalogs_v2 === true, tell);
	if (problems.length > 0) throw new TfmError(problems);
}

function checkFile({ value }: YamlDocument, second: boolean, tell: Tell): undefined {
	if (!isMapping(value))
		return tell(value === null ? "it is empty" : `it must be a mapping, not ${describe(value)}`, []);
	if (second)
		for (const key of Object.keys(value)) if (key !== "catalogs") tell(`it has the unknown key "${key}"`, [key]);
	const catalogs = own(value, "catalogs");
	if (catalogs === undefined) return undefined;
	if (!Array.isArray(catalogs)) return tell(`\`catalogs\` must be a list, not ${describe(catalogs)}`, ["catalogs"]);
	if (second && catalogs.length > 0)
		return tell(
			"Postgres knows no catalogs (use_catalogs_v2)",
			["catalogs"],
			"Adapter 'postgres' does not support catalogs.yml v2 yet. Use catalogs.yml v1 or upgrade to a supported adapter version.",
		);
	for (const [i, catalog] of catalogs.entries()) checkCatalog(catalog as Plain, ["catalogs", i], tell);
}

function checkCatalog(catalog: Plain, at: YamlPath, tell: Tell): undefined {
	if (!isMapping(catalog) || typeof own(catalog, "name") !== "string") return tell("a catalog needs a `name`", at);
	const name = String(own(catalog, "name"));
	for (const key of Object.keys(catalog))
		if (!CATALOG_KEYS.includes(key)) tell(`the catalog "${name}" has the unknown key "${key}"`, [...at, key]);
	const integrations = own(catalog, "write_integrations") ?? [];
	const place = [...at, "write_integrations"];
	if (!Array.isArray(integrations))
		return tell(`\`write_integrations\` of "${name}" must be a list, not ${describe(integrations)}`, place);
	const names: string[] = [];
	for (const [i, integration] of integrations.entries()) {
		const here = [...place, i];
		const called = isMapping(integration) ? own(integration, "name") : undefined;
		const type = isMapping(integration) ? own(integration, "catalog_type") : undefined;
		if (!isMapping(integration) || typeof called !== "string" || typeof type !== "string") {
			tell(`a write integration of "${name}" needs a \`name\` and a \`catalog_type\``, here);
			continue;
		}
		for (const key of Object.keys(integration))
			if (!INTEGRATION_KEYS.includes(key))
				tell(`the write integration "${called}" of "${name}" has the unknown key "${key}"`, [...here, key]);
		if (names.includes(called)) tell(`"${name}" has two write integrations with the name "${called}"`, here);
		names.push(called);
		tell(
			`Postgres knows no catalogs, and "${name}" is one of type ${type}`,
			[...here, "catalog_type"],
			`Catalog type is not supported. Received: ${type} Expected one of: `,
		);
	}
	const active = own(catalog, "active_write_integration") ?? null;
	if (active === null ? names.length !== 1 : !names.includes(String(active)))
		tell(
			active === null
				? `"${name}" must say which of its write integrations is the active one`
				: `"${name}" has no write integration with the name "${String(active)}"`,
			active === null ? at : [...at, "active_write_integration"],
			`Catalog '${name}' must specify an 'active_write_integration' ${active === null ? "when multiple 'write_integrations' are provided." : "from its set of defined 'write_integrations'"}`,
		);
}
