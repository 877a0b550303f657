/**
 * Where JSON text stops being JSON, as an offset: the engine's own message tells it only for long texts. Called after
 * JSON.parse has failed, so speed does not matter; iterative, since depth may be the mistake.
 */
export function jsonMistake(text: string): { readonly offset: number; readonly problem: string } {
	const blank = /[ \t\n\r]*/y;
	const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
	const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
	const open: ("{" | "[")[] = [];
	let at = 0;
	let want: "value" | "first" | "key" | "firstKey" | "after" = "value";
	const eat = (token: RegExp): boolean => {
		token.lastIndex = at;
		const found = token.exec(text)?.[0];
		if (found === undefined) return false;
		at += found.length;
		return true;
	};
	const stop = () => {
		const c = text[at];
		if (c === undefined) return { offset: at, problem: "the text ends too early" };
		if (c === '"')
			return { offset: at, problem: "a string that does not end or holds a bad escape or control character" };
		return { offset: at, problem: `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}` };
	};
	for (;;) {
		eat(blank);
		const c = text[at];
		if (want === "after") {
			if (open.length === 0) return c === undefined ? { offset: at, problem: "it is not valid" } : stop();
			const inObject = open.at(-1) === "{";
			if (c === (inObject ? "}" : "]")) open.pop();
			else if (c === ",") want = inObject ? "key" : "value";
			else return stop();
			at++;
		} else if (want === "key" || want === "firstKey") {
			if (want === "firstKey" && c === "}") {
				open.pop();
				at++;
				want = "after";
				continue;
			}
			if (!eat(string)) return stop();
			eat(blank);
			if (text[at] !== ":") return stop();
			at++;
			want = "value";
		} else if (c === "{" || c === "[") {
			open.push(c);
			at++;
			want = c === "{" ? "firstKey" : "first";
		} else if (want === "first" && c === "]") {
			open.pop();
			at++;
			want = "after";
		} else if (eat(string) || eat(scalar)) want = "after";
		else return stop();
	}
}
