/** The page of a handover. */
export function mount() {}
