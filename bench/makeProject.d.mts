/** Writes a project of so many models; `out` is its folder. */
export function makeProject(about: {
	readonly models: number;
	readonly out: string;
	readonly seed?: number;
	readonly layered?: boolean;
	readonly tests?: number;
}): {
	readonly models: number;
	readonly tests: number;
	readonly files: number;
	readonly sqlBytes: number;
	readonly yamlBytes: number;
};
