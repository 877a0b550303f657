import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { compareLines } from "./compareLines.ts";
import { Copy } from "./parts.tsx";

interface SqlProps {
	readonly text: string;
	readonly label: string;
	/** In place of the label. */
	readonly head?: ComponentChildren;
	readonly line?: number | null;
	readonly onLine?: (line: number) => void;
}

/** Numbered lines; the highlighter is fetched with the first SQL that is shown. */
export function Sql({ text, label, head, line = null, onLine }: SqlProps) {
	const body = text.replace(/^\s*\n/, "").trimEnd();
	const [lines, setLines] = useState<readonly string[] | null>(null);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		let current = true;
		setLines(null);
		import("./highlight.ts").then(({ highlight }) => current && setLines(highlight(body)));
		return () => {
			current = false;
		};
	}, [body]);
	useEffect(() => {
		if (line !== null) box.current?.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: "center" });
	}, [line, lines]);
	const plain = useMemo(() => body.split("\n"), [body]);
	return (
		<div class="code">
			<div class="code-head">
				<span>{head ?? label}</span>
				<Copy text={body} />
			</div>
			<div class="scroll" ref={box} tabIndex={0} role="region" aria-label={label}>
				<pre>
					{plain.map((raw, i) => (
						<div key={i} class={line === i + 1 ? "line at" : "line"} data-line={i + 1}>
							{onLine === undefined ? (
								<span class="no">{i + 1}</span>
							) : (
								<button
									type="button"
									class="no"
									tabIndex={-1}
									aria-label={`Line ${i + 1}`}
									onClick={() => onLine(i + 1)}
								>
									{i + 1}
								</button>
							)}
							{lines?.[i] === undefined ? (
								<code>{raw || " "}</code>
							) : (
								<code dangerouslySetInnerHTML={{ __html: lines[i] || " " }} />
							)}
						</div>
					))}
				</pre>
			</div>
		</div>
	);
}

const SIGNS = { same: " ", added: "+", removed: "−" } as const;
const AROUND = 3;

/** Two texts, line by line; what is the same is left out but for some lines around each change. */
export function Changes({ before, after }: { before: string; after: string }) {
	const lines = useMemo(() => compareLines(before.trimEnd(), after.trimEnd()), [before, after]);
	const near = (at: number): boolean =>
		lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ change }) => change !== "same");
	return (
		<div class="code">
			<div class="scroll" tabIndex={0} role="region" aria-label="Changes">
				<pre>
					{lines.map(({ change, text }, i) =>
						near(i) ? (
							<div key={i} class={`line ${change}`}>
								<span class="no">{SIGNS[change]}</span>
								<code>{text || " "}</code>
							</div>
						) : near(i - 1) ? (
							<div key={i} class="line gap">
								⋯
							</div>
						) : null,
					)}
				</pre>
			</div>
		</div>
	);
}
