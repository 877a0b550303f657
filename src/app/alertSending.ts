import { sendMessage } from "../alerts/sendMessage.ts";
import type { AlertMessage, AlertSettings } from "../core/alerts.ts";
import type { Config } from "../core/config.ts";
import { fail } from "../core/diagnostic.ts";
import { createRedactor } from "../report/report.ts";

/** Sends to a channel by its name. Null: it was taken; else why not, without secrets. */
export async function sendTo(
	settings: AlertSettings,
	message: AlertMessage,
	name: string,
	clock: () => Date,
): Promise<string | null> {
	const channel = settings.channels.find((known) => known.name === name);
	if (channel === undefined) return "there is no such channel";
	const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
	const reason = await sendMessage(message, channel, { clock, sleep });
	return reason === null ? null : createRedactor(settings.secrets)(reason);
}

/** `alerts:` of the project (TFM-ALERT-007). */
export const alertsOf = ({ project }: Config): AlertSettings => project.alerts ?? fail("TFM-ALERT-007", {});
