import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalService, likeTheServices, startService } from "../src/alerts/testing/localService.ts";
import { startSmtpServer } from "../src/alerts/testing/smtpServer.ts";
import { type Called, tfm } from "./runCase.ts";

const PROJECT = `name: shop
profile: shop
layers: [staging, reporting]
alerts:
  channels:
    data:  {type: slack, url: "{{ env_var('SLACK_URL') }}"}
    teams: {type: teams, url: "{{ env_var('TEAMS_URL') }}"}
    page:  {type: pagerduty, key: "{{ env_var('PD_KEY') }}", url: "{{ env_var('API') }}/v2/enqueue"}
    sms:   {type: twilio, account: AC1, token: "{{ env_var('TWILIO_TOKEN') }}", from: +15550001, to: [+15550002], url: "{{ env_var('API') }}"}
    hook:  {type: webhook, url: "{{ env_var('API') }}/hook", hmac: "{{ env_var('HOOK_SECRET') }}"}
    mail:  {type: smtp, host: 127.0.0.1, port: "{{ env_var('SMTP_PORT') | int }}", from: tfm@shop.test, to: [data@shop.test]}
  routes:
    - {name: failures, match: {severity: error}, to: [data, teams, page, sms, hook, mail]}
    - {name: good news, match: {event: [layer.done, run.success]}, to: hook}
    - {match: {layer: reporting, event: node.fail}, to: data}
  on_failure: "cat > hook.json"
  ping: "{{ env_var('API') }}/ping"
`;
const FILES = {
	"profiles.yml": "shop: {target: dev, outputs: {dev: {type: pglite, path: .tfm/database, schema: dev}}}",
	"tfm_project.yml": PROJECT,
	"models/staging/stg_orders.sql":
		"select 1 as id, 'anna@shop.test' as email union all select {{ var('second', 1) }}, 'karl@shop.test'",
	"models/staging/stg_orders.yml":
		"models: [{name: stg_orders, config: {meta: {owner: '@data'}}, columns: [{name: id, data_tests: [unique]}]}]",
	"models/reporting/orders.sql": "select * from {{ ref('stg_orders') }}",
	"models/reporting/revenue.sql": "select * from {{ ref('orders') }}",
};

let root: string;
let service: LocalService;
let mail: Awaited<ReturnType<typeof startSmtpServer>>;
let up: boolean;

beforeEach(async () => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-alerts-")));
	for (const [path, text] of Object.entries(FILES)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	up = true;
	service = await startService((request) => (up ? likeTheServices(request) : { status: 403, body: "no_service" }));
	mail = await startSmtpServer();
});
afterEach(async () => {
	await service.close();
	await mail.close();
	rmSync(root, { recursive: true, force: true });
});

const env = () => ({
	SLACK_URL: `${service.url}/slack/T0/very-secret`,
	TEAMS_URL: `${service.url}/teams/very-secret`,
	PD_KEY: "R0UTINGKEY",
	TWILIO_TOKEN: "token",
	HOOK_SECRET: "hush-hush",
	API: service.url,
	SMTP_PORT: String(mail.port),
});
const call = (line: string, more: Readonly<Record<string, string>> = {}): Promise<Called> =>
	tfm(line.split(" "), root, { ...env(), ...more });
/** What the services have received since the last call, by path; bodies of JSON as values. */
const received = () =>
	service.received.splice(0).map(({ path, headers, body }) => ({
		path,
		signed: headers["x-tfm-signature"] !== undefined,
		body: headers["content-type"]?.includes("json") ? JSON.parse(body) : body,
	}));
const paths = () => received().map(({ path }) => path);

const DOCS = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs/alerts.md");
const MARK = "<!-- as received: written by e2e/alerts.test.ts with UPDATE_DOCS=1 -->\n";

/** What each channel got, for docs/alerts.md. */
function asReceived(told: ReturnType<typeof received>, mailed: string): string {
	const block = (title: string, text: string) => `${title}\n\n\`\`\`\n${text.trim()}\n\`\`\`\n`;
	const body = (part: string): unknown => told.find(({ path }) => path.includes(part))?.body;
	const json = (part: string): string => JSON.stringify(body(part), null, 2);
	const text = new URLSearchParams(String(body("Messages.json"))).get("Body") ?? "";
	const plain = mailed.replace(/^(Message-ID|Date): .*\r?\n/gm, "").replaceAll("\r", "");
	return [
		block("`slack`", json("/slack")),
		block("`teams`", json("/teams")),
		block("`pagerduty`", json("/v2/enqueue")),
		block("`twilio`, the text of the message", text),
		block("`webhook`, beside its headers `X-Tfm-Delivery`, `X-Tfm-Timestamp` and `X-Tfm-Signature`", json("/hook")),
		block("`smtp`, without `Date` and `Message-ID`", plain),
	].join("\n");
}

function compareWithDocs(shown: string): void {
	const [before] = readFileSync(DOCS, "utf8").split(MARK);
	if (process.env.UPDATE_DOCS === "1") writeFileSync(DOCS, `${before}${MARK}${shown}`);
	expect(readFileSync(DOCS, "utf8").split(MARK)[1]).toBe(shown);
}

describe("alerts of a run whose gate closes", () => {
	it("tell each channel once, name the root cause first, and take it back when it is well again", async () => {
		const failed = await call("run");
		expect(failed.code).toBe(1);
		expect(failed.stderr).not.toContain("TFM-ALERT");
		const told = received();
		await expect(`${JSON.stringify(told, null, 2)}\n`).toMatchFileSnapshot("golden/alerts.failed.json");
		compareWithDocs(asReceived(told, mail.mails[0]?.text ?? ""));
		expect(JSON.stringify(told)).not.toContain("anna@");
		expect(mail.mails[0]?.text).toContain("Subject: shop (dev): 1 failed, 1 held, 2 blocked");
		expect(JSON.parse(readFileSync(join(root, "hook.json"), "utf8"))).toMatchObject({
			hook: "on_failure",
			held: 1,
			blocked: 2,
		});

		await call("run");
		expect(paths()).toEqual(["/ping/start", "/ping/fail"]);

		expect((await tfm(["run", "--vars", "{second: 2}"], root, env())).code).toBe(0);
		await expect(`${JSON.stringify(received(), null, 2)}\n`).toMatchFileSnapshot("golden/alerts.resolved.json");

		// Whoever mistypes a command reads the answer; nobody else is called.
		expect((await call("rollback reporting --to nosuch")).code).toBe(2);
		expect(paths()).toEqual([]);
	});

	it("are sent by the next run where a channel did not take them, and never fail a run or show a secret", async () => {
		up = false;
		const { code, stdout, stderr } = await call("run");
		expect(code).toBe(1);
		const said = stdout + stderr;
		expect(said).toContain("TFM-ALERT-001");
		expect(said).toContain("an alert could not be sent to data:");
		expect(said).toContain('answered 403: "no_service"');
		for (const secret of ["very-secret", "R0UTINGKEY", "hush-hush"]) expect(said).not.toContain(secret);
		expect(readFileSync(join(root, "logs/tfm.log"), "utf8")).not.toContain("very-secret");
		up = true;
		received();
		await call("run");
		expect(paths()).toContain("/slack/T0/very-secret");
		expect(mail.mails).toHaveLength(1);

		const mended = () => tfm(["run", "--vars", "{second: 2}"], root, env());
		up = false;
		expect((await mended()).stderr).toContain("TFM-ALERT-001");
		up = true;
		received();
		await mended();
		const over = received().filter(({ path }) => path.startsWith("/slack"));
		expect(over.map(({ body }) => body.text)).toEqual(["shop (dev): all well again"]);
		expect(mail.mails).toHaveLength(2);
	});

	it("name the failing step in a text message to each number on call, and only what their route takes", async () => {
		const routes = "  routes:\n    - {match: {owner: ledger}, to: sms}\n    - {match: {owner: somebody}, to: data}\n";
		const two = PROJECT.replace("to: [+15550002]", "to: [+15550002, +15550003]").replace(
			/ {2}routes:\n( {4}.*\n)+/,
			routes,
		);
		writeFileSync(join(root, "tfm_project.yml"), two);
		const step = "models/reporting/transactions_by_category.sql";
		const owned = "{{ config(materialized='table', meta={'owner': '@ledger'}) }}";
		writeFileSync(join(root, step), `${owned} select id, id / 0 as share from {{ ref('stg_orders') }}`);
		expect((await tfm(["run", "--vars", "{second: 2}"], root, env())).code).toBe(1);
		const sent = received().filter(({ path }) => !path.startsWith("/ping"));
		expect(new Set(sent.map(({ path }) => path))).toEqual(new Set(["/2010-04-01/Accounts/AC1/Messages.json"]));
		const texts = sent.map(({ body }) => Object.fromEntries(new URLSearchParams(String(body))));
		const what = "the database refused transactions_by_category: division by zero (SQLSTATE 22012)";
		const Body = `shop (dev): 1 failed. reporting.transactions_by_category: ${what}`;
		expect(texts).toEqual(["+15550002", "+15550003"].map((To) => ({ To, From: "+15550001", Body })));
	});

	it("tell of an operation that fails, once, and of nothing but its end when it is well again", async () => {
		mkdirSync(join(root, "macros"));
		const macro = "{% macro tidy() %}{% do run_query('delete from ' ~ var('of', 'nosuch')) %}{% endmacro %}";
		writeFileSync(join(root, "macros/tidy.sql"), macro);
		expect((await call("run-operation tidy")).code).toBe(1);
		const told = received();
		const [slack] = told.filter(({ path }) => path.startsWith("/slack"));
		expect(JSON.stringify(slack?.body)).toMatch(/tfm run-operation tidy: .*relation .*nosuch.* does not exist/);
		expect(told.map(({ path }) => path).filter((path) => path.startsWith("/ping"))).toEqual([]);
		expect(JSON.parse(readFileSync(join(root, "hook.json"), "utf8"))).toMatchObject({ hook: "on_failure" });
		await call("run-operation tidy");
		// Another operation that goes well says nothing of this one.
		await tfm(["run-operation", "--sql", "create table scraps (id int)"], root, env());
		expect(paths()).toEqual([]);
		expect((await tfm(["run-operation", "tidy", "--vars", "{of: scraps}"], root, env())).code).toBe(0);
		const [over] = received().filter(({ path }) => path.startsWith("/slack"));
		expect(over?.body.text).toBe("shop (dev): all well again");
	});

	it("watch a publish by hand as they watch a run", async () => {
		await tfm(["run"], root, { ...env(), TFM_INVOCATION_ID: "closed" });
		received();
		const words = ["publish", "staging", "--run", "closed", "--accept", "unique_stg_orders_id", "--reason", "known"];
		const published = await tfm(words, root, env());
		expect(published.code, published.stdout + published.stderr).toBe(0);
		const told = received();
		expect(told.map(({ path }) => path)).toContain("/ping");
		const news = told.filter(({ path }) => path === "/hook").map(({ body }) => body.items[0].event);
		expect(news).toEqual(["run.success"]);
	});

	it("are told all the same where they cannot be written down, and a command that fails is a warning", async () => {
		writeFileSync(join(root, "tfm_project.yml"), PROJECT.replace("cat > hook.json", "exit 4"));
		expect((await tfm(["run", "--vars", "{second: 2}"], root, env())).code).toBe(0);
		await tfm(["run-operation", "--sql", "drop table tfm_state.alerts cascade"], root, env());
		received();
		const { stdout, stderr } = await call("run");
		expect(stdout + stderr).toMatch(/TFM-ALERT-006[\s\S]*relation "tfm_state.alerts" does not exist/);
		expect(stdout + stderr).toMatch(/TFM-ALERT-005[\s\S]*on_failure failed: it ended with 4/);
		expect(paths()).toContain("/slack/T0/very-secret");
	});

	it("are told without the database when it cannot be opened, once", async () => {
		writeFileSync(
			join(root, "profiles.yml"),
			"shop: {target: prod, outputs: {prod: {type: postgres, host: 127.0.0.1, port: 1, user: u, password: p, dbname: d, schema: s}}}",
		);
		expect((await call("run")).code).toBe(2);
		const [slack] = received().filter(({ path }) => path.startsWith("/slack"));
		expect(slack?.body.text).toBe("shop (prod): 1 failed");
		await call("run");
		expect(paths()).toEqual(["/ping/fail"]);
	});
});

describe("tfm alerts", () => {
	it("test sends to all channels or one and says which took it", async () => {
		up = false;
		const all = await call("alerts test");
		expect(all.code).toBe(1);
		expect(all.stdout.replace(/127\.0\.0\.1:\d+/g, "<service>")).toMatchInlineSnapshot(`
			"data   not sent: <service> answered 403: "no_service"
			teams  not sent: <service> answered 403: "no_service"
			page   not sent: <service> answered 403: "no_service"
			sms    not sent: <service> answered 403: "no_service"
			hook   not sent: <service> answered 403: "no_service"
			mail   sent
			"
		`);
		up = true;
		expect(await call("alerts test page")).toEqual({ code: 0, stdout: "page  sent\n", stderr: "" });
	});

	it("need alerts: in the project", async () => {
		writeFileSync(join(root, "tfm_project.yml"), "name: shop\n");
		expect((await call("alerts list")).stderr).toContain("TFM-ALERT-007");
	});

	it("list shows channels and routes without secrets, and what is not set up here", async () => {
		const { stdout } = await tfm(["alerts", "list"], root, { API: "https://api.test", SMTP_PORT: "25", PD_KEY: "k" });
		expect(stdout).toMatchInlineSnapshot(`
			"channels
			  data   slack      not set up here: the environment variable "SLACK_URL" is not set
			  teams  teams      not set up here: the environment variable "TEAMS_URL" is not set
			  page   pagerduty  api.test
			  sms    twilio     not set up here: the environment variable "TWILIO_TOKEN" is not set
			  hook   webhook    not set up here: the environment variable "HOOK_SECRET" is not set
			  mail   smtp       data@shop.test through 127.0.0.1:25
			routes
			  failures                         to data, teams, page, sms, hook, mail  again after 1d
			  good news                        to hook                                again after 1d
			  layer=reporting event=node.fail  to data                                again after 1d
			hooks
			  on_failure  cat > hook.json
			dead man's switch
			  called at the start and the end of each run
			"
		`);
	});
});
