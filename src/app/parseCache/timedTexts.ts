import { isDeepStrictEqual } from "node:util";
import {
	collectFrom,
	type ParseCollector,
	type ProjectFacts,
	type ReadingWatch,
	type TextRead,
} from "../../context/context.ts";
import { TfmError } from "../../core/diagnostic.ts";
import { compileTemplate } from "../../jinja/jinja.ts";
import type { Reads } from "./recordReads.ts";

/** What the manifest is made of; lines of log() and the values of variables are not. */
type Answer = Pick<ParseCollector, "refs" | "sources" | "functions" | "metrics" | "configs"> & {
	readonly macros: readonly string[];
};

/** A text that asked for what is another thing each time (the time, mostly), and what it said about itself then. */
export interface TimedText extends TextRead {
	readonly answer: Answer;
}

const answerOf = ({ refs, sources, functions, metrics, configs, macros }: ParseCollector): Answer => ({
	refs,
	sources,
	functions,
	metrics,
	configs,
	macros: [...macros],
});

/**
 * Notes the texts that ask for the time. Most only print it (`run_started_at` in an audit column), so that a project
 * with such texts is as good as known: whether they say the same today is asked of each of them, and not of the rest.
 */
export function watchTimedTexts(reads: Reads): { readonly watch: ReadingWatch; readonly timed: readonly TimedText[] } {
	const timed: TimedText[] = [];
	return {
		timed,
		watch({ source, subject }, read) {
			const before = reads.repeatable;
			reads.repeatable = true;
			try {
				const collector = read();
				const { file, text, line = 1, column = 1 } = source;
				if (!reads.repeatable)
					timed.push({ source: { file, text, line, column }, subject, answer: answerOf(collector) });
				return collector;
			} finally {
				reads.repeatable = before;
			}
		},
	};
}

/** The first text that says something else now; undefined when all say what they said. */
export function findChanged(timed: readonly TimedText[], facts: ProjectFacts): TimedText | undefined {
	return timed.find(({ source, subject, answer }) => {
		try {
			return !isDeepStrictEqual(answerOf(collectFrom(facts, compileTemplate(source), subject)), answer);
		} catch (error) {
			// A mistake that only this moment shows is told by reading the project, with all the others.
			if (error instanceof TfmError) return true;
			throw error;
		}
	});
}
