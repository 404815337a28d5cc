import { render } from "preact";
import { App } from "./shell/app";

const page = document.getElementById("page");
if (page) {
  page.replaceChildren();
  render(<App />, page);
}
