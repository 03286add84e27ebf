from __future__ import annotations

import pytest

RUN = "python train.py --batch-size 64 --num-workers"
LOADER = "import torch\n\nloader = torch.utils.data.DataLoader(dataset, num_workers={})\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("train.sh", f"export OMP_PROC_BIND=false\n{RUN} 8\n", id="no binding"),
        pytest.param(
            "train.sh", f"export OMP_PROC_BIND=FALSE OMP_PLACES=cores\n{RUN} 8\n", id="places without binding"
        ),
        pytest.param("train.sh", f"export OMP_PROC_BIND=true\nunset OMP_PROC_BIND\n{RUN} 8\n", id="taken back"),
        pytest.param("train.sh", f"export OMP_PROC_BIND=$BIND\n{RUN} 8\n", id="a value from outside"),
        pytest.param("train.sh", f"export OMP_PROC_BIND=primary\n{RUN} 8\n", id="a value that not every OpenMP knows"),
        pytest.param("train.sh", f"export OMP_PLACES=sockets\n{RUN} 8\n", id="all CPUs of a socket"),
        pytest.param("train.sh", f"export KMP_AFFINITY=compact,1,0\n{RUN} 8\n", id="another OpenMP's"),
        pytest.param("train.sh", f"export OMP_NUM_THREADS=4\n{RUN} 8\n", id="a number of threads"),
        pytest.param("train.sh", f"OMP_PROC_BIND=true\n{RUN} 8\n", id="a variable that is not exported"),
        pytest.param("train.sh", f"# export OMP_PROC_BIND=true\n{RUN} 8\n", id="a comment"),
        pytest.param("train.sh", f"export OMP_PROC_BIND=true\n{RUN} 1\n", id="one worker"),
        pytest.param("train.sh", "export OMP_PROC_BIND=true\n./simulate --steps 8\n", id="no workers"),
        pytest.param("train.sh", f"OMP_PROC_BIND=true ./simulate\n{RUN} 8\n", id="in front of another command"),
        pytest.param("train.py", LOADER.format(8) + "os.environ['OMP_PROC_BIND'] = 'true'\n", id="too late"),
        pytest.param(
            "train.py", "import os\nos.environ['OMP_PROC_BIND'] = 'true'\n" + LOADER.format(0), id="0 workers"
        ),
        pytest.param("train.py", "flags['OMP_PROC_BIND'] = 'true'\n" + LOADER.format(8), id="another dict"),
        pytest.param(
            "train.py",
            "import os\nif os.environ['OMP_PROC_BIND'] == 'true': pass\n" + LOADER.format(8),
            id="a question",
        ),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL704", text, name=name).findings == []


@pytest.mark.parametrize(
    ("name", "text", "says", "fixed"),
    [
        pytest.param(
            "train.sh",
            f"export OMP_PROC_BIND=true\n{RUN} 8\n",
            "warning: OMP_PROC_BIND=true binds the process to one core as soon as it imports torch, and its workers "
            "(--num-workers is 8) inherit that: all of them share the core; write OMP_PROC_BIND=false",
            f"export OMP_PROC_BIND=false\n{RUN} 8\n",
            id="true",
        ),
        pytest.param(
            "train.sh",
            f'export OMP_PROC_BIND="spread,close"\n{RUN} 8\n',
            "OMP_PROC_BIND=spread,close",
            f'export OMP_PROC_BIND="false"\n{RUN} 8\n',
            id="a list",
        ),
        pytest.param(
            "train.sh",
            f"export OMP_PLACES=cores\nexport OMP_PROC_BIND=close\n{RUN} 8\n",
            "OMP_PROC_BIND=close",
            f"export OMP_PLACES=cores\nexport OMP_PROC_BIND=false\n{RUN} 8\n",
            id="both, of which one decides",
        ),
        pytest.param(
            "train.sh",
            f"export OMP_PLACES={{0:4}}\n{RUN} 8\n",
            "leave OMP_PLACES out, or set OMP_PROC_BIND=false as well",
            f"export OMP_PLACES={{0:4}}\n{RUN} 8\n",
            id="places",
        ),
        pytest.param(
            "train.sh", f"export GOMP_CPU_AFFINITY=0-7\n{RUN} 8\n", "GOMP_CPU_AFFINITY=0-7 binds", "0-7", id="GNU's own"
        ),
        pytest.param(
            "train.sh",
            f"OMP_PROC_BIND=true {RUN} 8\n",
            "OMP_PROC_BIND=true",
            f"OMP_PROC_BIND=false {RUN} 8\n",
            id="for one command",
        ),
        pytest.param(
            "Dockerfile",
            f"FROM python\nENV OMP_PROC_BIND=true\nCMD {RUN} 8\n",
            "OMP_PROC_BIND=true",
            "ENV OMP_PROC_BIND=false\n",
            id="an image",
        ),
        pytest.param(
            "train.py",
            "import os\n\nos.environ['OMP_PROC_BIND'] = 'true'\n" + LOADER.format(8),
            "(num_workers is 8) inherit",
            "os.environ['OMP_PROC_BIND'] = 'false'\n",
            id="Python",
        ),
        pytest.param(
            "train.py",
            "from os import environ\n\nenviron.setdefault('OMP_PLACES', 'cores')\n" + LOADER.format(8),
            "OMP_PLACES=cores",
            "'cores'",
            id="a default in Python",
        ),
    ],
)
def test_found(judged, name, text, says, fixed):
    found = judged("WL704", text, name=name)
    assert says in found.says
    assert fixed in found.fixed
    assert judged("WL704", found.fixed, name=name).fixed == found.fixed
