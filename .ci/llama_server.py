"""Runs llama.cpp's own HTTP server out of the xllamacpp wheel: llama_server.py MODEL PORT [CONTEXT] [SLOTS]."""

import sys
import time

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[2])
params.n_ctx = int(sys.argv[3]) if len(sys.argv) > 3 else 4096
params.n_parallel = int(sys.argv[4]) if len(sys.argv) > 4 else 1
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.use_jinja = True
params.endpoint_slots = True
params.endpoint_props = True
params.endpoint_metrics = True
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
while True:
    time.sleep(3600)
