/** What tells a process from others, also from a later one with the same number. */
export interface ProcessMark {
	readonly pid: number;
	/** Null where the system does not say. */
	readonly born: string | null;
	readonly host: string;
}

/** The questions to the system, as `node:fs` and `node:process` answer them. */
export interface ProcessQuestions {
	readonly readFileSync: (path: string, encoding: "utf8") => string;
	/** With 0 it only asks whether there is such a process. */
	readonly kill: (pid: number, signal: 0) => unknown;
}

const DEAD = "dead";

/**
 * Start time in clock ticks since this boot, and the boot: what Linux tells about a process (proc(5), fields 3 and 22).
 * A killed process whose parent has not asked for its end still has its number; it counts as dead.
 */
export function bornAt(pid: number, { readFileSync }: Pick<ProcessQuestions, "readFileSync">): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const [state, ticks] = [fields[0], fields[19]];
		if (state === "Z" || state === "X") return DEAD;
		return ticks === undefined ? null : `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${ticks}`;
	} catch {
		return null;
	}
}

/** Of a process of this machine; those of others cannot be seen from here. */
export function isAlive(mark: Pick<ProcessMark, "pid" | "born">, system: ProcessQuestions): boolean {
	try {
		system.kill(mark.pid, 0);
	} catch (error) {
		// It is there, and somebody else's.
		if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
	}
	const born = bornAt(mark.pid, system);
	if (born === DEAD) return false;
	return born === null || mark.born === null || born === mark.born;
}
