@echo off
rem Install mentormatch for this account, from the wheels beside this file alone, and write its launcher.
rem Nothing is fetched, and no other rights are needed. Windows 10 and later.
setlocal
chcp 65001 >nul
set "HERE=%~dp0"
set "APP=%LOCALAPPDATA%\mentormatch\app"

rem A Python for which there are wheels here: one that really runs and can make an environment.
set "PYTHON="
for %%V in (@PYTHONS@) do (
    if not defined PYTHON py -%%V -I -c "import ensurepip, venv" >nul 2>nul && set "PYTHON=py -%%V"
)
for %%V in (@PYTHONS@) do (
    if not defined PYTHON python -I -c "import sys; sys.exit('.'.join(map(str, sys.version_info[:2])) != '%%V')" >nul 2>nul && set "PYTHON=python"
)
if not defined PYTHON goto missing

echo Installation dans "%APP%"...
%PYTHON% -m venv --clear "%APP%" || goto failed
"%APP%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-index --find-links "%HERE%wheels" --only-binary :all: --require-hashes --requirement "%HERE%requirements.txt" || goto failed
"%APP%\Scripts\mentormatch.exe" install-launcher || goto failed
echo C'est pret. / It is ready.
pause
endlocal
exit /b 0

:missing
echo Il faut Python (@PYTHONS@) ; installez-le, puis recommencez.
echo Python (@PYTHONS@) is needed; install it, then try again.
pause
endlocal
exit /b 1

:failed
echo L'installation n'a pas abouti ; le message ci-dessus dit pourquoi.
echo The installation did not come to its end; the message above says why.
pause
endlocal
exit /b 1
