// The form of a programme in a notebook: it asks the kernel, which keeps versions in the file of the programme.

function render({ model, el }) {
  const kernel = new Kernel(model);
  const { said, inside } = framed(el, kernel);
  const form = new Form({
    say: (word, values) => kernel.say(word, values),
    ask: async (what) => (what.action === "look" ? kernel.view : await kernel.ask(what)).form,
    tools: () => [],
    kept: (number) => kernel.say("form_kept_here", { number, file: kernel.view.file }),
    losing: () => "",
    tell: (text) => (said.textContent = text),
    fail: (error, place) => refuse(place, error),
  });
  form.draw(inside);
  return () => kernel.leave();
}

export default { render };
