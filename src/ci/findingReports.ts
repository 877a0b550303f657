/**
 * Findings for other programs: SARIF 2.1.0, JUnit XML, and GitHub's annotations. `prefix`: the project's folder in the
 * repository with a slash, or nothing; both name files from the repository's top.
 */
import { TFM_VERSION } from "../core/version.ts";
import { xmlAttribute as attribute } from "../core/xmlText.ts";
import type { ChangeReview, Finding } from "./changeReview.ts";

/** For code scanning. A finding keeps its place in the list as long as its code, node and words are the same. */
export function sarifLog({ findings }: ChangeReview, prefix: string): string {
	const codes = [...new Set(findings.map(ruleId))].sort();
	const log = {
		$schema: "https://json.schemastore.org/sarif-2.1.0.json",
		version: "2.1.0",
		runs: [
			{
				tool: { driver: { name: "tfm", version: TFM_VERSION, rules: codes.map((id) => ({ id })) } },
				columnKind: "utf16CodeUnits",
				results: findings.map(({ node, rule, diagnostic: { code, severity, message, at } }) => ({
					ruleId: ruleId({ rule, diagnostic: { code } }),
					level: severity,
					message: { text: message },
					...(at === undefined
						? {}
						: {
								locations: [
									{
										physicalLocation: {
											artifactLocation: { uri: encodeURI(`${prefix}${at.file}`) },
											region: { startLine: at.line, startColumn: at.column },
										},
									},
								],
							}),
					partialFingerprints: { tfm: `${code}/${node ?? ""}/${message}` },
				})),
			},
		],
	};
	return `${JSON.stringify(log, null, 1)}\n`;
}

/** Rules of the project's own share a code; SARIF's way of telling them apart is a further part of the id. */
const ruleId = ({ rule, diagnostic: { code } }: FindingRule): string => (rule === undefined ? code : `${code}/${rule}`);

interface FindingRule {
	readonly rule?: string | undefined;
	readonly diagnostic: { readonly code: string };
}

/** A test case for each changed node, which fails with the node's errors; warnings are its output. */
export function junitXml({ project, nodes, findings }: ChangeReview): string {
	const known = new Set(nodes.map(({ id }) => id));
	const names = [...nodes.map(({ id }) => id), ...(findings.some((one) => !isOf(one, known)) ? [""] : [])];
	const cases = names.map((id) => {
		const own = findings.filter((one) => (isOf(one, known) ? one.node === id : id === ""));
		const errors = own.filter(({ diagnostic }) => diagnostic.severity === "error");
		const warnings = own.filter(({ diagnostic }) => diagnostic.severity !== "error");
		const inner = [
			...errors.map(
				({ diagnostic: { code, message } }) => `      <failure message="${attribute(message)}" type="${code}"/>\n`,
			),
			...(warnings.length === 0
				? []
				: [
						`      <system-out>${attribute(warnings.map(({ diagnostic }) => diagnostic.message).join("\n"))}</system-out>\n`,
					]),
		].join("");
		const head = `    <testcase name="${attribute(id === "" ? "the project" : id)}" classname="tfm ci"`;
		return { failed: errors.length > 0, text: inner === "" ? `${head}/>\n` : `${head}>\n${inner}    </testcase>\n` };
	});
	const failures = cases.filter(({ failed }) => failed).length;
	const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0"`;
	return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="tfm ci" ${counts}>\n  <testsuite name="${attribute(project)}" ${counts}>\n${cases.map(({ text }) => text).join("")}  </testsuite>\n</testsuites>\n`;
}

const isOf = ({ node }: Finding, known: ReadonlySet<string>): boolean => node !== null && known.has(node);

/** GitHub shows ten errors and ten warnings of a step. */
const SHOWN_BY_GITHUB = 10;

/** Workflow commands that GitHub puts beside the lines of the change. */
export function githubAnnotations({ findings }: ChangeReview, prefix: string): string {
	const count = { error: 0, warning: 0 };
	const property = (text: string): string => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
	return findings
		.filter(({ diagnostic: { severity } }) => ++count[severity] <= SHOWN_BY_GITHUB)
		.map(({ diagnostic: { severity, at, message, code } }) => {
			const place = at === undefined ? "" : `file=${property(prefix + at.file)},line=${at.line},col=${at.column},`;
			return `::${severity} ${place}title=${property(code)}::${data(message)}\n`;
		})
		.join("");
}

const data = (text: string): string => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
