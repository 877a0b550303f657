import { afterEach, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "./testing/sandbox.ts";

const boxes: Sandbox[] = [];
afterEach(() => {
	for (const box of boxes.splice(0)) box.remove();
});
const project = (alerts: string): Sandbox => {
	const box = makeSandbox({ "tfm_project.yml": `name: shop\nlayers: [staging, gold]\nalerts:\n${alerts}` });
	boxes.push(box);
	return box;
};

const WHOLE = `
  channels:
    data: {type: slack, url: "{{ env_var('DBT_ENV_SECRET_SLACK') }}"}
    page: {type: pagerduty, key: "{{ env_var('PD_KEY') }}"}
    mail: {type: smtp, host: mx.test, from: a@b.test, to: c@d.test}
    sms: {type: twilio, account: AC1, token: "{{ env_var('TOKEN') }}", from: +1555, to: [+1666]}
  routes:
    - {match: {layer: gold, event: [test.fail, sla.miss]}, to: [page, data], quiet: "22:00-07:00 Europe/Prague", remind: 2d}
    - {name: all, to: data}
  on_failure: ./page.sh
  ping: "{{ env_var('PING') }}"
  sla: [{layer: gold, by: "07:00 Europe/Prague", max_lag: 26h}]
  slow: {times: 3}
`;

describe("alerts: of the project file", () => {
	it("are read with their secrets, which become values that no output may show", async () => {
		const url = "https://hooks.slack.test/services/T/B/x";
		const env = { DBT_ENV_SECRET_SLACK: url, PD_KEY: "pd-key", TOKEN: "tw-token", PING: "https://hc.test/uuid-1" };
		const { project: read, secrets } = await project(WHOLE).load({ env });
		const alerts = read.alerts!;
		expect(alerts.channels.map(({ name, missing }) => [name, missing])).toEqual([
			["data", null],
			["page", null],
			["mail", null],
			["sms", null],
		]);
		expect(alerts.channels[1]).toMatchObject({ url: "https://events.pagerduty.com/v2/enqueue" });
		expect(alerts.channels[2]).toMatchObject({ port: 587, secure: false, user: null, to: ["c@d.test"] });
		expect(alerts.channels[3]).toMatchObject({ from: "+1555", to: ["+1666"], url: "https://api.twilio.com" });
		expect(alerts.routes).toMatchObject([
			{ name: "layer=gold event=test.fail,sla.miss", remindMs: 172_800_000, quiet: { from: 1320, to: 420 } },
			{ name: "all", to: ["data"], remindMs: 86_400_000, quiet: null },
		]);
		expect(alerts.ping).toEqual({
			start: "https://hc.test/uuid-1/start",
			success: "https://hc.test/uuid-1",
			failure: "https://hc.test/uuid-1/fail",
		});
		expect(alerts.slas).toMatchObject([{ layer: "gold", by: { minutes: 420 }, maxLagMs: 93_600_000 }]);
		expect(alerts.slow).toEqual({ times: 3, atLeastMs: 30_000 });
		expect(secrets).toEqual(
			expect.arrayContaining([url, "/services/T/B/x", "pd-key", "tw-token", "https://hc.test/uuid-1"]),
		);
	});

	it("need no variable where no alerts are sent from", async () => {
		const { project: read } = await project(WHOLE).load();
		expect(read.alerts?.channels.map(({ missing }) => missing)).toEqual([
			'the environment variable "DBT_ENV_SECRET_SLACK" is not set',
			'the environment variable "PD_KEY" is not set',
			null,
			'the environment variable "TOKEN" is not set',
		]);
		expect(read.alerts?.ping).toEqual({ start: null, success: null, failure: null });
	});

	it("have all their mistakes told at once, each with its place", async () => {
		const mistakes = await project(`
  channels:
    data: {type: slack, url: "https://hooks.slack.test/T/B/x"}
    page: {type: pager}
    mail: {type: smtp, from: a@b.test, to: c@d.test, hots: x}
  routes:
    - {match: {layer: golden, event: test.fails}, to: dat}
    - {to: data, quiet: at night, remind: soon}
  sla: [{layer: gold, by: "7 o'clock"}]
  slow: {times: 0.5}
  chanels: {}
`).mistakes();
		expect(mistakes).toMatchInlineSnapshot(`
			[
			  "TFM-ALERT-002 tfm_project.yml:6:30 alerts.channels.data.url opens a door to others and stands in the file",
			  "TFM-YAML-015 tfm_project.yml:7:18 alerts.channels.page.type cannot be "pager" | one of: slack, teams, pagerduty, webhook, twilio, smtp",
			  "TFM-YAML-014 tfm_project.yml:8:5 alerts.channels.mail needs the key "host"",
			  "TFM-YAML-012 tfm_project.yml:8:54 unknown key "hots" in alerts.channels.mail | did you mean "host"?",
			  "TFM-ALERT-008 tfm_project.yml:10:23 alerts.routes[0].match.layer names the layer "golden", which is not there | did you mean "gold"?",
			  "TFM-YAML-015 tfm_project.yml:10:38 alerts.routes[0].match.event cannot be "test.fails" | did you mean "test.fail"? (one of: run.fail, node.fail, test.fail, test.warn, source.stale, sla.miss, run.slow, layer.done, run.success)",
			  "TFM-ALERT-003 tfm_project.yml:10:55 alerts.routes[0].to names the channel "dat", which is not there | did you mean "data"?",
			  "TFM-ALERT-004 tfm_project.yml:11:25 alerts.routes[1].quiet is "at night", expected hours and a time zone, as in 22:00-07:00 Europe/Prague",
			  "TFM-ALERT-004 tfm_project.yml:11:43 alerts.routes.1.remind is "soon", expected a duration such as 30s, 15m, 26h or 2d",
			  "TFM-ALERT-004 tfm_project.yml:12:27 alerts.sla[0].by is "7 o'clock", expected a time and a zone, as in 07:00 Europe/Prague",
			  "TFM-ALERT-004 tfm_project.yml:13:17 alerts.slow.times is "0.5", expected a number above 1",
			  "TFM-YAML-012 tfm_project.yml:14:3 unknown key "chanels" in alerts | did you mean "channels"?",
			]
		`);
	});

	it("of an installed package are nobody's", async () => {
		const box = makeSandbox({
			"dbt_project.yml": "name: shop\n",
			"packages.yml": "packages: [{local: inner}]\n",
			"inner/tfm_project.yml": "name: inner\n",
			"dbt_packages/inner/tfm_project.yml": "name: inner\nalerts: {channels: {x: {type: slack, url: in-the-file}}}\n",
		});
		boxes.push(box);
		const { project: root, packages } = await box.load();
		expect([root.alerts, packages.map((one) => one.alerts)]).toEqual([undefined, [undefined]]);
	});
});
