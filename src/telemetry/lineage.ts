import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { RunEvent } from "../core/events.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { type LineageEvent, type LineageFacts, LineageMaker } from "./lineageEvents.ts";
import { post } from "./post.ts";

/** Sends OpenLineage events in their order. After the first that is not taken nothing more is sent: a run does not wait for a broken collector. */
export class LineageSender {
	readonly #events: LineageMaker;
	readonly #facts: LineageFacts;
	readonly #file: string;
	#sending: Promise<void> = Promise.resolve();
	#reason: string | null = null;

	/** `file`: the absolute path of a file transport. */
	constructor(facts: LineageFacts, file: string) {
		this.#facts = facts;
		this.#file = file;
		this.#events = new LineageMaker(facts);
	}

	receive(event: RunEvent): void {
		for (const made of this.#events.receive(event)) this.#send(made);
	}

	/** Ends what is open and waits until all is sent. Answers why it could not be, or null. */
	async finish(at: string): Promise<string | null> {
		for (const made of this.#events.breakOff(at)) this.#send(made);
		await this.#sending;
		return this.#reason;
	}

	#send(event: LineageEvent): void {
		const { transport } = this.#facts.settings;
		this.#sending = this.#sending.then(async () => {
			if (this.#reason !== null) return;
			this.#reason =
				transport.type === "http" ? await post(transport.url, event, transport.headers) : this.#append(event);
		});
	}

	#append(event: LineageEvent): string | null {
		try {
			makeFolders(dirname(this.#file), { existsSync, mkdirSync });
			appendFileSync(this.#file, `${JSON.stringify(event)}\n`);
			return null;
		} catch (error) {
			return (error as Error).message;
		}
	}
}
