import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalService, startService } from "../src/alerts/testing/localService.ts";
import { readXml } from "../src/core/testing/readXml.ts";
import { tfm } from "./runCase.ts";

const FILES = {
	"tfm_project.yml": "name: shop\nlayers: [staging, reporting]\n",
	"models/staging/stg_orders.sql": "select 1 as id union all select 1",
	"models/staging/stg_orders.yml":
		"models: [{name: stg_orders, columns: [{name: id, data_type: integer, data_tests: [unique]}]}]",
	"models/staging/stg_clean.sql": "select 1 as id",
	"models/staging/stg_broken.sql": "select no_such_column as id",
	"models/reporting/orders.sql": "select * from {{ ref('stg_orders') }}",
};

let root: string;
let collector: LocalService;
let status: number;

beforeEach(async () => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-observed-")));
	for (const [path, text] of Object.entries(FILES)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	status = 200;
	collector = await startService(() => ({ status, body: "{}" }));
});
afterEach(async () => {
	await collector.close();
	rmSync(root, { recursive: true, force: true });
});

interface OtlpSpan {
	readonly kind: number;
	readonly name: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly traceId: string;
}
const spansOf = (body: string): OtlpSpan[] =>
	JSON.parse(body).resourceSpans.flatMap((r: { scopeSpans: { spans: OtlpSpan[] }[] }) =>
		r.scopeSpans.flatMap((s) => s.spans),
	);

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const URI = /^https:\/\/[^\s]+$/;

interface Faceted {
	readonly facets?: Readonly<Record<string, unknown>>;
	readonly inputFacets?: Readonly<Record<string, unknown>>;
	readonly outputFacets?: Readonly<Record<string, unknown>>;
}

/** What https://openlineage.io/spec/2-0-2/OpenLineage.json demands of a run event: members, forms, facets that say their schema. */
function expectOpenLineage(event: {
	readonly eventTime: string;
	readonly eventType: string;
	readonly producer: string;
	readonly schemaURL: string;
	readonly run: Faceted & { readonly runId: string };
	readonly job: Faceted;
	readonly inputs: readonly Faceted[];
	readonly outputs: readonly Faceted[];
}): void {
	const { eventTime, eventType, producer, schemaURL, run, job, inputs, outputs } = event;
	expect(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]).toContain(eventType);
	expect([eventTime, run.runId, producer, schemaURL]).toEqual(
		[INSTANT, UUID, URI, URI].map((form) => expect.stringMatching(form)),
	);
	for (const named of [job, ...inputs, ...outputs])
		expect(named).toMatchObject({ namespace: expect.any(String), name: expect.any(String) });
	for (const { facets, inputFacets, outputFacets } of [run, job, ...inputs, ...outputs])
		for (const facet of Object.values({ ...facets, ...inputFacets, ...outputFacets }))
			expect(facet).toMatchObject({ _producer: expect.stringMatching(URI), _schemaURL: expect.stringMatching(URI) });
}

describe("a run that is watched", () => {
	it("sends spans, lineage events and a JUnit file of what failed, held and went well", async () => {
		const env = {
			OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
			OTEL_EXPORTER_OTLP_HEADERS: "x-key=s%20e",
			OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test",
			TRACEPARENT: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
			OPENLINEAGE_URL: collector.url,
			OPENLINEAGE_API_KEY: "key",
			OPENLINEAGE_NAMESPACE: "tests",
			OPENLINEAGE_PARENT_ID: "airflow/shop.daily/1f0e7c5e-0000-4000-8000-000000000000",
		};
		expect((await tfm(["run", "--junit", "out/tests.xml"], root, env)).code).toBe(1);

		const traces = collector.received.filter(({ path }) => path === "/v1/traces");
		expect(traces.map(({ headers }) => headers["x-key"])).toEqual(["s e"]);
		const spans = traces.flatMap(({ body }) => spansOf(body));
		expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(["0af7651916cd43dd8448eb211c80319c"]));
		const ids = new Set(["b7ad6b7169203331", ...spans.map(({ spanId }) => spanId)]);
		expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ""))).toEqual([]);
		expect(spans.some(({ kind, name }) => kind === 3 && name === "CREATE")).toBe(true);
		const ours = spans.filter(({ kind }) => kind === 1).sort((a, b) => (a.name < b.name ? -1 : 1));
		await expect(`${JSON.stringify(ours, null, 2)}\n`).toMatchFileSnapshot("golden/observability.spans.json");

		const lineage = collector.received.filter(({ path }) => path === "/api/v1/lineage");
		expect(new Set(lineage.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer key"]));
		const events = lineage
			.map(({ body }) => JSON.parse(body))
			.sort((a, b) => (a.job.name < b.job.name ? -1 : a.job.name > b.job.name ? 1 : 0));
		const ends = new Map<string, { eventType: string }[]>();
		for (const event of events) ends.set(event.run.runId, [...(ends.get(event.run.runId) ?? []), event]);
		for (const [, pair] of ends) expect(pair.map(({ eventType }) => eventType === "START")).toEqual([true, false]);
		await expect(`${JSON.stringify(events, null, 2)}\n`).toMatchFileSnapshot("golden/observability.lineage.json");
		for (const event of events) expectOpenLineage(event);
		const junit = readFileSync(join(root, "out/tests.xml"), "utf8");
		expect(readXml(junit).name).toBe("testsuites");
		await expect(junit).toMatchFileSnapshot("golden/observability.junit.xml");
	});

	it("is the same run when no collector takes what it says, which is a warning", async () => {
		status = 500;
		const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OPENLINEAGE_URL: collector.url };
		const { code, stdout, stderr } = await tfm(
			["run", "--select", "stg_clean", "--junit", "tfm_project.yml/x.xml"],
			root,
			env,
		);
		expect(code).toBe(0);
		expect((stdout + stderr).match(/TFM-OBS-001/g)).toHaveLength(3);
		expect(collector.received.map(({ path }) => path).sort()).toEqual(["/api/v1/lineage", "/v1/traces"]);
	});

	it("keeps lineage events in a file where that is asked for, and is silent when switched off", async () => {
		const env = {
			OPENLINEAGE__TRANSPORT__TYPE: "file",
			OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: "lineage.ndjson",
			OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
			OTEL_SDK_DISABLED: "true",
		};
		expect((await tfm(["run", "--select", "stg_clean"], root, env)).code).toBe(0);
		const types = readFileSync(join(root, "lineage.ndjson"), "utf8")
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line).eventType);
		expect(types).toEqual(["START", "START", "COMPLETE", "COMPLETE"]);
		expect(collector.received).toEqual([]);
	});
});
