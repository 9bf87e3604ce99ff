/* The page of a one-time link: takes its secret from behind the # of the address, and out of what the browser remembers. */

export function mount(main) {
  const label = main.querySelector("[data-code]"), code = label.querySelector("input");
  if (location.hash.length > 1) {
    code.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
  label.hidden = code.value !== "";
  main.querySelector(label.hidden ? "[name=new]" : "[name=code]").focus();
}
