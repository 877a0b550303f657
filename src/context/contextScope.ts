/**
 * The names a template sees. As in dbt, macros come before the context's own members, so that a project can replace
 * `ref` with a macro (and still reach the original as `builtins.ref`). Members are made on first use and kept for the
 * rest of the render; nothing is shared between two renders except compiled macros.
 */
import type { TemplateMessage } from "../core/request.ts";
import {
	type Arguments,
	entriesOf,
	HostFunction,
	HostObject,
	type RenderOptions,
	type Resumable,
	type Scope,
	toText,
	type Value,
} from "../jinja/jinja.ts";
import type { MacroEntry, MacroRegistry } from "./macroRegistry.ts";
import type { ProjectFacts } from "./projectFacts.ts";

/** What the members of every stage are made from. Each stage extends it. */
export interface BaseContext {
	readonly facts: ProjectFacts;
	/** Whose macros come first: the package of the node that is rendered. */
	readonly packageName: string;
	/** Who is rendered, for messages: a unique id or a label. */
	readonly label: string;
	readonly rendering: RenderOptions;
	/** Unique ids of the macros under way, outermost first. */
	readonly stack: string[];
	/** Called for each macro call; `depth` 0 = from the template itself. */
	readonly onMacro?: (id: string, depth: number) => void;
	/** Takes a line of log(), print() or a warning. */
	readonly write: (message: TemplateMessage) => void;
	/** Takes the text of `write(text)`: the statement that builds the node, for the file of executed SQL. */
	readonly onWrite?: (text: string) => void;
	readonly onEnv?: (name: string, value: string) => void;
	/** A value that must be the same on every pass over this template: the clock. */
	readonly once: <T>(name: string, produce: () => T) => T;
	/** Results of statements by name, for load_result(). */
	readonly results: Map<string, Value>;
	/** Overrides of a unit test, by `name` or `package.name`: what a macro of that name answers, or another name means. */
	readonly answers?: ReadonlyMap<string, Value>;
	/** Names beside the stage's own members: keyword arguments of a test, `results` of a hook. */
	readonly extra?: ReadonlyMap<string, (scope: ContextScope) => Value>;
}

/**
 * Only the text of a node is lenient about undefined names while it is parsed; the macros it calls are not, but for what it
 * hands them, and they hand on: in dbt an undefined value is as lenient as the template that it comes from.
 */
const strictly = (rendering: RenderOptions): RenderOptions =>
	rendering.undefined === "strict" ? rendering : { ...rendering, undefined: "strict" };

const handsUndefined = ({ positional, keyword }: Arguments): boolean =>
	positional.includes(undefined) || [...keyword.values()].includes(undefined);

export type Members<C> = ReadonlyMap<string, (context: C, scope: ContextScope) => Value>;

export class ContextScope implements Scope {
	readonly context: BaseContext;
	readonly #members: Members<never>;
	readonly #values = new Map<string, Value>();
	readonly #callables = new Map<MacroEntry, MacroCallable>();
	/** How many of the macros under way, from the outermost on, were handed an undefined value of the node's text. */
	lenientDepth = 0;

	constructor(context: BaseContext, members: Members<never>) {
		this.context = context;
		this.#members = members;
	}

	get(name: string): Value {
		const known = this.#values.get(name);
		if (known !== undefined || this.#values.has(name)) return known;
		const value = this.#find(name);
		this.#values.set(name, value);
		return value;
	}

	/** `context.update({…})`: names of the template's own, for the rest of this render. */
	assign(name: string, value: Value): void {
		this.#values.set(name, value);
	}

	#find(name: string): Value {
		if (name === "context") return new ContextObject(this);
		const { registry } = this.context.facts;
		const entry = registry.find(name, this.context.packageName);
		const answer = this.answer(null, name);
		if (answer !== undefined) return entry === undefined ? answer : new HostFunction(name, () => answer);
		if (entry !== undefined) return this.callable(entry);
		if (registry.hasPackage(name)) return new PackageNamespace(this, registry, name);
		return this.builtin(name);
	}

	/** What a unit test says instead of a macro; overrides of bare names and of the package dbt count for both (dbt). */
	answer(packageName: string | null, name: string): Value {
		const { answers } = this.context;
		if (answers === undefined) return undefined;
		if (packageName === null || packageName === "dbt") return answers.get(name) ?? answers.get(`dbt.${name}`);
		return answers.get(`${packageName}.${name}`);
	}

	/** A member of the context itself, whatever macros are called. */
	builtin(name: string): Value {
		const extra = this.context.extra?.get(name);
		if (extra !== undefined) return extra(this);
		const member = this.#members.get(name) as ((context: BaseContext, scope: ContextScope) => Value) | undefined;
		return member?.(this.context, this);
	}

	/** The macro bound to this render; the same object each time, so that templates may compare and keep it. */
	callable(entry: MacroEntry): MacroCallable {
		let callable = this.#callables.get(entry);
		if (callable === undefined) {
			callable = new MacroCallable(this, entry);
			this.#callables.set(entry, callable);
		}
		return callable;
	}

	builtinNames(): string[] {
		return [...new Set([...(this.context.extra?.keys() ?? []), ...this.#members.keys()])].sort();
	}

	/** Names that templates could use here, for suggestions and `context.keys()`. */
	names(): string[] {
		const { registry } = this.context.facts;
		return [
			...new Set([
				...registry.namesFor(this.context.packageName),
				...(this.context.extra?.keys() ?? []),
				...this.#members.keys(),
			]),
		].sort();
	}
}

/** A macro that a template can call, in the names of the render that it was reached from. */
class MacroCallable extends HostObject {
	readonly typeName = "macro";
	readonly entry: MacroEntry;
	readonly #scope: ContextScope;
	#bound: HostFunction | null = null;
	#lenient: HostFunction | null = null;

	constructor(scope: ContextScope, entry: MacroEntry) {
		super();
		this.#scope = scope;
		this.entry = entry;
	}

	override call(args: Arguments): Value {
		const bound = this.#enter(args);
		try {
			return bound.call(args);
		} finally {
			this.#leave();
		}
	}

	override *resumable(args: Arguments): Resumable<Value> {
		const bound = this.#enter(args);
		try {
			return bound.resumable === undefined ? bound.call(args) : yield* bound.resumable(args);
		} finally {
			this.#leave();
		}
	}

	#leave(): void {
		const { stack } = this.#scope.context;
		stack.pop();
		this.#scope.lenientDepth = Math.min(this.#scope.lenientDepth, stack.length);
	}

	/** Notes the call, which the caller has to end with #leave(). */
	#enter(args: Arguments): HostFunction {
		const { stack, onMacro, rendering } = this.#scope.context;
		const id = this.entry.node.unique_id;
		onMacro?.(id, stack.length);
		const all = stack.length === this.#scope.lenientDepth;
		const lenient = all && rendering.undefined !== "strict" && handsUndefined(args);
		stack.push(id);
		if (lenient) {
			this.#scope.lenientDepth++;
			this.#lenient ??= this.entry.macro.bind(this.#scope, rendering);
			return this.#lenient;
		}
		this.#bound ??= this.entry.macro.bind(this.#scope, strictly(rendering));
		return this.#bound;
	}

	override attribute(name: string): Value {
		return name === "name" ? this.entry.node.name : undefined;
	}

	override toText(): string {
		return `<macro ${this.entry.node.package_name}.${this.entry.node.name}>`;
	}
}

/** `dbt_utils` in `dbt_utils.star(…)`. */
class PackageNamespace extends HostObject {
	readonly typeName = "dict";
	override readonly isMapping = true;
	readonly #scope: ContextScope;
	readonly #registry: MacroRegistry;
	readonly #name: string;

	constructor(scope: ContextScope, registry: MacroRegistry, name: string) {
		super();
		this.#scope = scope;
		this.#registry = registry;
		this.#name = name;
	}

	override attribute(name: string): Value {
		const entry = this.#registry.findIn(this.#name, name);
		if (entry === undefined) return this.#method(name);
		const answer = this.#scope.answer(this.#name, name);
		return answer === undefined ? this.#scope.callable(entry) : new HostFunction(name, () => answer);
	}

	/** `context.get(project_name, {}).get('macro')`, with which packages ask what the root project has. */
	#method(name: string): Value {
		if (name === "keys") return new HostFunction(name, () => [...this.#registry.namesIn(this.#name)]);
		if (name !== "get") return undefined;
		return new HostFunction(name, ({ positional: [key, fallback], keyword }) => {
			const found = this.contains(key) ? this.item(key) : undefined;
			return found ?? fallback ?? keyword.get("default") ?? null;
		});
	}

	override item(key: Value): Value {
		return this.contains(key) ? this.attribute(key as string) : undefined;
	}

	override contains(key: Value): boolean {
		return typeof key === "string" && this.#registry.findIn(this.#name, key) !== undefined;
	}

	override iterate(): Iterable<Value> {
		return this.#registry.namesIn(this.#name);
	}
}

/** `context` itself: `context['macro']`, `context.get('name')`, `'name' in context`. */
class ContextObject extends HostObject {
	readonly typeName = "dict";
	override readonly isMapping = true;
	readonly #scope: ContextScope;

	constructor(scope: ContextScope) {
		super();
		this.#scope = scope;
	}

	override attribute(name: string): Value {
		if (name === "get") return new ContextGet(this.#scope);
		if (name === "keys") return new HostFunction(name, () => this.#scope.names());
		if (name === "update")
			return new HostFunction(name, ({ positional, keyword }) => {
				for (const [key, value] of [...positional.flatMap(entriesOf), ...keyword])
					this.#scope.assign(toText(key), value);
				return null;
			});
		return this.#scope.get(name);
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.#scope.get(key) : undefined;
	}

	override contains(key: Value): boolean {
		return typeof key === "string" && this.#scope.get(key) !== undefined;
	}

	override iterate(): Iterable<Value> {
		return this.#scope.names();
	}
}

class ContextGet extends HostObject {
	readonly typeName = "function";
	readonly #scope: ContextScope;

	constructor(scope: ContextScope) {
		super();
		this.#scope = scope;
	}

	override call(args: Arguments): Value {
		const [key, fallback = args.keyword.get("default")] = args.positional;
		return (typeof key === "string" ? this.#scope.get(key) : undefined) ?? fallback ?? null;
	}
}
