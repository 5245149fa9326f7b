// Loaded with every page: what Gradio's own events need of our modules.

import { writeAddress } from "./deep_link.js";

window.hearsight = { writeAddress };
