/* Of SortableJS as it is vendored, the part that we use. */

export interface SortableEvent {
  item: HTMLElement;
  from: HTMLElement;
  to: HTMLElement;
  oldIndex: number;
  newIndex: number;
  originalEvent?: Event;
}

export default class Sortable {
  static create(element: HTMLElement, options: Record<string, unknown>): Sortable;
  destroy(): void;
  option(name: string, value?: unknown): unknown;
}
