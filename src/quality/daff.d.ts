/** The part of daff 1.4 that tfm uses; the package has no types of its own. */
declare module "daff" {
	interface TableView {
		readonly height: number;
	}
	interface CompareFlags {
		ordered: boolean;
	}
	const daff: {
		readonly TableView: new (rows: readonly (readonly (string | null)[])[]) => TableView;
		readonly CompareFlags: new () => CompareFlags;
		readonly TableDiff: new (
			alignment: unknown,
			flags: CompareFlags,
		) => { readonly hilite: (output: TableView) => boolean };
		readonly TerminalDiffRender: new () => { readonly render: (table: TableView) => string };
		readonly compareTables: (
			local: TableView,
			remote: TableView,
			flags: CompareFlags,
		) => { readonly align: () => unknown };
	};
	export default daff;
}
