import type { AlertChannel, AlertMessage } from "../core/alerts.ts";
import { type HttpCall, pagerdutyCall, slackCall, teamsCall, twilioCalls, webhookCall } from "./payloads.ts";
import { type SendingWorld, sendHttp } from "./sendHttp.ts";

/**
 * One message to one channel. Null: it was taken, or the channel is not told such news (a text message that all is
 * well). Otherwise why not, in words without secrets.
 */
export async function sendMessage(
	message: AlertMessage,
	channel: AlertChannel,
	world: SendingWorld,
): Promise<string | null> {
	if (channel.missing !== null) return channel.missing;
	if (channel.type === "smtp") {
		const { sendMail } = await import("./sendMail.ts");
		return sendMail(message, channel, world);
	}
	for (const call of callsOf(message, channel, world)) {
		const reason = await sendHttp(call, world);
		if (reason !== null) return reason;
	}
	return null;
}

function callsOf(
	message: AlertMessage,
	channel: Exclude<AlertChannel, { type: "smtp" }>,
	world: SendingWorld,
): readonly HttpCall[] {
	switch (channel.type) {
		case "slack":
			return [slackCall(message, channel)];
		case "teams":
			return [teamsCall(message, channel)];
		case "pagerduty":
			return [pagerdutyCall(message, channel) ?? []].flat();
		case "twilio":
			return twilioCalls(message, channel);
		case "webhook":
			return [webhookCall(message, channel, world.clock())];
	}
}
