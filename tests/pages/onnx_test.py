"""An ONNX model where others look at it: drawn by Netron, and run by ONNX Runtime in a browser."""

import functools
import http.server
import json
import pathlib
import re
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from browser import Browser, installed  # noqa: E402
from support import ProgramTest, idx, pictures  # noqa: E402

COUNT = 20
NETRON = next((pathlib.Path(folder) / "netron" for folder in sys.path if (pathlib.Path(folder) / "netron").is_dir()), None)
# What scripts/setup.sh took of the npm package onnxruntime-web.
RUNTIME = pathlib.Path(sys.prefix) / "onnxruntime-web"
PAGE = """<!doctype html><title>run</title><script type="module">
import * as ort from "./ort.wasm.min.mjs";
ort.env.wasm.numThreads = 1;
window.answer = async () => {
  const bytes = new Uint8Array(await (await fetch("./images")).arrayBuffer());
  const pixels = Float32Array.from(bytes, (value) => value / 255);
  const session = await ort.InferenceSession.create("./mlp.onnx");
  const image = new ort.Tensor("float32", pixels, [pixels.length / 784, 1, 28, 28]);
  const { logits } = await session.run({ image });
  return { shape: logits.dims, values: [...logits.data] };
};
window.isReady = true;
</script>"""


def skip_unless(there, what):
    """What is missing must be seen, not passed over in silence."""
    if not there:
        print(f"NOT TESTED: {what} is not installed", file=sys.stderr)
    return unittest.skipUnless(there, f"{what} is not installed")


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html"}

    def end_headers(self):
        self.send_header("Set-Cookie", "consent=1")  # Or Netron asks where in the world it is.
        super().end_headers()

    def log_message(self, *_):
        pass


@unittest.skipUnless(installed(), "there is no Chromium: scripts/setup.sh installs it on Debian")
class Graphs(ProgramTest):
    def setUp(self):
        super().setUp()
        self.browser = Browser("loopback")
        self.addCleanup(self.browser.close)
        self.pt, self.file = self.model(), self.folder / "mlp.onnx"

    def save(self, *options):
        self.done("save", "--from", self.pt, "--out", self.file, *options)

    def serve(self, folder):
        """The address of a server of the folder on this machine."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}/"

    @skip_unless(NETRON, "netron")
    def test_netron_draws_the_layers(self):
        for file in NETRON.iterdir():
            (self.folder / file.name).symlink_to(file)
        # As from its own server, of a version that neither counts its users nor its days.
        page = (NETRON / "index.html").read_text()
        page = re.sub(r'<meta name="(version|date)".*?>', "", page)
        (self.folder / "index.html").unlink()
        (self.folder / "index.html").write_text(page.replace("<head>", """<head><meta name="type" content="Python">
            <meta name="version" content="0.0.0"><meta name="file" content="/mlp.onnx">"""))
        nodes = "[...document.querySelectorAll('g.node-item-type text')].map((each) => each.textContent)"
        url = self.serve(self.folder)
        for options, layers in (
            ([], ["Conv", "Flatten", "Gemm", "Relu", "Gemm", "Relu", "Gemm"]),
            (["--folded"], ["Flatten", "Gemm", "Relu", "Gemm", "Relu", "Gemm"]),
        ):
            self.save(*options)
            self.browser.show(url, f"{nodes}.length > 5")
            self.assertEqual(self.browser.run(nodes), layers)
            shown = self.browser.run("document.querySelector('#canvas').textContent")
            for text in ("image", "logits", "300×784" if options else "5×1×3×3"):
                self.assertIn(text, shown)
            self.assertEqual([asked for asked in self.browser.requests() if not asked.startswith(url)], [])

    @skip_unless((RUNTIME / "ort.wasm.min.mjs").is_file(), "onnxruntime-web")
    def test_onnx_runtime_in_the_browser_computes_what_predict_does(self):
        images, _ = pictures(COUNT)
        set_file = self.folder / "set"
        set_file.write_bytes(idx([COUNT, 28, 28], images))
        (self.folder / "images").write_bytes(images)
        (self.folder / "index.html").write_text(PAGE)
        for file in RUNTIME.iterdir():
            (self.folder / file.name).symlink_to(file)
        url = self.serve(self.folder)
        lines = self.done("predict", "--model", self.pt, "--json", "--logits", set_file).splitlines()
        expected = [logit for line in lines for logit in json.loads(line)["logits"]]
        for options in ([], ["--folded"]):
            self.save(*options)
            self.browser.show(url, "window.isReady === true")
            answer = self.browser.run("window.answer()")
            self.assertEqual(answer["shape"], [COUNT, 10])
            worst = max(abs(ours - theirs) for ours, theirs in zip(expected, answer["values"], strict=True))
            self.assertLess(worst, 1e-5)


if __name__ == "__main__":
    unittest.main()
